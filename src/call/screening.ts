/**
 * Who may call, before anything is answered or written: source, overload, drain, the trunk's limits,
 * number, in this order, each with its own reason.
 */
import type { Language } from '../ivr/language.ts';
import type { Route } from './call-messages.ts';
import { isInNetwork } from './cidr.ts';
import type { EndReasonCode } from './end-reasons.ts';
import { isSameNumber } from '../meeting/phone-number.ts';
import { asCallId, type CallId } from './identifiers.ts';
import type { CallInvitation } from './ports/sip-engine.ts';

export interface ScreeningSettings {
  /** CIDRs that calls may come from without a trunk; empty: all, or none where there are trunks. */
  readonly allow: readonly string[];
  readonly numbers: readonly PublishedNumber[];
  /** For tests of the caller's sound. */
  readonly test?: { readonly number: string | undefined; readonly callId: CallId | undefined };
  /** Domains of our video addresses. */
  readonly domains: readonly string[];
  readonly maxCalls: number;
  /** The terms in force now of a trunk that is named; undefined: no such trunk. Absent: no trunks. */
  readonly trunkTerms?: ((name: string) => TrunkTerms | undefined) | undefined;
}

interface PublishedNumber {
  readonly number: string;
  readonly language: Language;
}

/** What a trunk's calls are measured by. */
export interface TrunkTerms {
  /** Empty: the numbers of the gateway. */
  readonly numbers: readonly PublishedNumber[];
  readonly limits: {
    readonly calls: number | undefined;
    readonly callsPerS: number | undefined;
  };
}

/** Who calls just now. */
export interface ScreeningTraffic {
  readonly liveCalls: number;
  readonly draining: boolean;
  /** Live calls of the trunk that the call came by. */
  readonly trunkCalls?: number;
  /** Whether that trunk may begin one more call in this second, and counts it. */
  readonly takeTrunkStart?: (callsPerS: number) => boolean;
}

export type ScreeningReason = Extract<
  EndReasonCode,
  'source-not-allowed' | 'unauthorised' | 'overload' | 'draining' | 'trunk-limit' | 'unknown-number'
>;

export type Screening =
  | { readonly pass: true; readonly route: Route }
  | { readonly pass: false; readonly reason: ScreeningReason; readonly retryAfterS?: number };

const retryAfterS = 30;

export function screenCall(
  invitation: CallInvitation,
  settings: ScreeningSettings,
  traffic: ScreeningTraffic,
): Screening {
  const terms =
    invitation.trunk === undefined ? undefined : settings.trunkTerms?.(invitation.trunk);
  if (invitation.unauthorised) return { pass: false, reason: 'unauthorised' };
  if (terms === undefined && !isAllowed(invitation, settings))
    return { pass: false, reason: 'source-not-allowed' };
  if (traffic.liveCalls >= settings.maxCalls)
    return { pass: false, reason: 'overload', retryAfterS };
  if (traffic.draining) return { pass: false, reason: 'draining', retryAfterS };
  // Busy, not 503: that would tell the trunk to leave this gateway alone (RFC 3261 §21.5.4).
  if (terms !== undefined && isAtLimit(terms, traffic))
    return { pass: false, reason: 'trunk-limit' };
  const numbers = terms === undefined || terms.numbers.length === 0 ? settings : terms;
  const route = routeOf(invitation.dialled, { ...settings, numbers: numbers.numbers });
  if (route === undefined) return { pass: false, reason: 'unknown-number' };
  return { pass: true, route };
}

/** Whether there is room for a call of ours: it counts as one of the gateway's and of its trunk's. */
export function mayCallOut(
  trunk: string | undefined,
  settings: ScreeningSettings,
  traffic: ScreeningTraffic,
): boolean {
  const terms = trunk === undefined ? undefined : settings.trunkTerms?.(trunk);
  if (traffic.draining || traffic.liveCalls >= settings.maxCalls) return false;
  return (traffic.trunkCalls ?? 0) < (terms?.limits.calls ?? Infinity);
}

/** Whether a call that came by no trunk may come from where it did. */
function isAllowed({ source }: CallInvitation, settings: ScreeningSettings): boolean {
  if (settings.allow.length === 0) return settings.trunkTerms === undefined;
  return settings.allow.some((cidr) => isInNetwork(source.address, cidr));
}

function isAtLimit({ limits }: TrunkTerms, traffic: ScreeningTraffic): boolean {
  const { calls, callsPerS } = limits;
  if (calls !== undefined && (traffic.trunkCalls ?? 0) >= calls) return true;
  return callsPerS !== undefined && traffic.takeTrunkStart?.(callsPerS) === false;
}

/** A published number, then nine digits, then a video address; without numbers, anything else too. */
export function routeOf(
  dialled: CallInvitation['dialled'],
  settings: Pick<ScreeningSettings, 'numbers' | 'domains' | 'test'>,
): Route | undefined {
  const { user, host } = dialled;
  const { number: testNumber, callId: testCallId } = settings.test ?? {};
  if (testNumber !== undefined && isSameNumber(user, testNumber))
    return { kind: 'test', language: undefined };
  const number = settings.numbers.find((published) => isSameNumber(user, published.number));
  if (number !== undefined) return { kind: 'ivr', language: number.language };
  const callId = asCallId(user);
  if (callId !== undefined && callId === testCallId) return { kind: 'test', language: undefined };
  if (callId !== undefined) return { kind: 'call-id', callId };
  const otherwise = settings.numbers.length === 0 ? 'ivr' : 'refuse';
  const domain = host.toLowerCase();
  if (user !== '' && settings.domains.some((ours) => ours.toLowerCase() === domain)) {
    const address = `${user.toLowerCase()}@${domain}`;
    return { kind: 'video-address', address, otherwise };
  }
  return otherwise === 'ivr' ? { kind: 'ivr', language: undefined } : undefined;
}
