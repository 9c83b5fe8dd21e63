/** A caller's channel on one of the FreeSWITCHes: the next one is asked where one does not take it. */
import type { Logger } from '../../call/ports/process.ts';
import type { ChannelSrtp } from './caller-negotiation.ts';
import type { CreateUac, FreeSwitch } from './freeswitch.ts';
import { sipStatusOf, type MediaEndpoint } from './media-endpoint.ts';

export interface CallerChannelDeps {
  /** The FreeSWITCH for the call; those in `tried` have failed it. */
  readonly choose: (tried: ReadonlySet<string>) => FreeSwitch | undefined;
  readonly createUac: CreateUac;
  readonly mediaTimeoutMs: number;
  /** The call is over meanwhile. */
  readonly isClosed: () => boolean;
  readonly log: Logger;
}

export interface CallerChannel {
  readonly freeSwitch: FreeSwitch;
  readonly endpoint: MediaEndpoint;
}

/** The message alone: drachtio-srf hangs the whole response on its errors. */
export const faultOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'unknown';

/** Or the SIP status that says why there is none: 488, 503. */
export const openCallerChannel = async (
  deps: CallerChannelDeps,
  asked: { readonly offer: string | undefined; readonly srtp: ChannelSrtp },
): Promise<CallerChannel | 488 | 503> => {
  const headers = {
    'X-ringbro-media-timeout': String(deps.mediaTimeoutMs),
    'X-ringbro-srtp': asked.srtp,
  };
  const tried = new Set<string>();
  let misfits = 0;
  for (;;) {
    const freeSwitch = deps.choose(tried);
    if (freeSwitch === undefined) return 503;
    try {
      const endpoint = await freeSwitch.createEndpoint(deps.createUac, asked.offer, headers);
      return { freeSwitch, endpoint };
    } catch (error) {
      // It also says so where the RTP port it chose was taken: the next one is another.
      const isMisfit = sipStatusOf(error) === 488;
      if (isMisfit && ++misfits === 2) return 488;
      if (!isMisfit) tried.add(freeSwitch.name);
      deps.log.warn(
        { err: faultOf(error), freeSwitch: freeSwitch.name },
        'freeswitch did not take it',
      );
      if (deps.isClosed()) return 503;
    }
  }
};
