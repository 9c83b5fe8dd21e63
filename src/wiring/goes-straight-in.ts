import { callIdPattern } from '../call/identifiers.ts';

export interface StraightInSettings {
  /** `RINGBRO_DRACHTIO_DIRECT` */
  readonly direct: 'no' | 'needed' | 'yes';
  readonly video: boolean;
  /** Of our video addresses. */
  readonly domains: readonly string[];
}

/**
 * Whether a call goes past FreeSWITCH for whom it is to, whatever it offers. Who dials a video address may
 * switch a camera on later, and who holds the sound cannot change then.
 */
export const goesStraightIn = ({ direct, video, domains }: StraightInSettings) => {
  const ours = domains.map((domain) => domain.toLowerCase());
  return ({ user, host }: { readonly user: string; readonly host: string }): boolean => {
    const isVideoAddress = ours.includes(host.toLowerCase());
    if (direct === 'needed') return video && isVideoAddress;
    return direct === 'yes' && (isVideoAddress || callIdPattern.test(user));
  };
};
