/**
 * Who may call, before anything is answered or written: source, overload, drain, number, in this
 * order, each with its own reason.
 */
import type { Language } from '../ivr/language.ts';
import type { Route } from './call-messages.ts';
import { isInNetwork } from './cidr.ts';
import type { EndReasonCode } from './end-reasons.ts';
import { asCallId } from './identifiers.ts';
import type { CallInvitation } from './ports.ts';

export interface ScreeningSettings {
  /** CIDRs that calls may come from; empty: all. */
  readonly allow: readonly string[];
  readonly numbers: readonly { readonly number: string; readonly language: Language }[];
  /** Domains of our video addresses. */
  readonly domains: readonly string[];
  readonly maxCalls: number;
}

export type ScreeningReason = Extract<
  EndReasonCode,
  'source-not-allowed' | 'overload' | 'draining' | 'unknown-number'
>;

export type Screening =
  | { readonly pass: true; readonly route: Route }
  | { readonly pass: false; readonly reason: ScreeningReason; readonly retryAfterS?: number };

const retryAfterS = 30;

export function screenCall(
  invitation: CallInvitation,
  settings: ScreeningSettings,
  gateway: { readonly liveCalls: number; readonly draining: boolean },
): Screening {
  const { address } = invitation.source;
  if (settings.allow.length > 0 && !settings.allow.some((cidr) => isInNetwork(address, cidr)))
    return { pass: false, reason: 'source-not-allowed' };
  if (gateway.liveCalls >= settings.maxCalls)
    return { pass: false, reason: 'overload', retryAfterS };
  if (gateway.draining) return { pass: false, reason: 'draining', retryAfterS };
  const route = routeOf(invitation.dialled, settings);
  if (route === undefined) return { pass: false, reason: 'unknown-number' };
  return { pass: true, route };
}

/** A published number, then nine digits, then a video address; without numbers, anything else too. */
export function routeOf(
  dialled: CallInvitation['dialled'],
  settings: Pick<ScreeningSettings, 'numbers' | 'domains'>,
): Route | undefined {
  const { user, host } = dialled;
  const number = settings.numbers.find((published) => isSameNumber(user, published.number));
  if (number !== undefined) return { kind: 'ivr', language: number.language };
  const callId = asCallId(user);
  if (callId !== undefined) return { kind: 'call-id', callId };
  const otherwise = settings.numbers.length === 0 ? 'ivr' : 'refuse';
  const domain = host.toLowerCase();
  if (user !== '' && settings.domains.some((ours) => ours.toLowerCase() === domain)) {
    const address = `${user.toLowerCase()}@${domain}`;
    return { kind: 'video-address', address, otherwise };
  }
  return otherwise === 'ivr' ? { kind: 'ivr', language: undefined } : undefined;
}

/** A trunk may hand over E.164 with + or without, 00 for +, or the national form with its one 0. */
function isSameNumber(dialled: string, published: string): boolean {
  const digits = dialled.replaceAll(/[\s().-]/g, '');
  if (!/^\+?\d+$/.test(digits)) return false;
  const ours = published.replace(/^\+/, '');
  const theirs = digits.replace(/^\+|^00/, '');
  if (theirs === ours) return true;
  const national = /^0([1-9]\d{5,})$/.exec(digits)?.[1];
  return national !== undefined && published.startsWith('+') && ours.endsWith(national);
}
