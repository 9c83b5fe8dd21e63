/**
 * One registration kept alive, RFC 3261 §10.2, over several servers of one domain (RFC 3263 §4.3).
 *
 *              +--------- back-off is over, refresh is due ---------------+
 *              v                                                          |
 *   idle --> resolving -- targets --> registering -- 2xx ----------> registered
 *              |                       |   ^  |
 *              |        401, 407, 423  +---+  +-- 5xx, 408, silence: the next target
 *              |        (again, bounded)      |
 *              +-- none --------------------> backing-off <-- none left, other refusals
 *
 *   stop, from anywhere --> leaving (REGISTER with Expires 0) -- answered, or 2 s --> stopped
 *
 * A refresh that fails takes nothing back: the registration stands until it expires.
 */
import { contacts, header, numberOf } from '../message/message-headers.ts';
import type { SipResponse } from '../message/sip-message.ts';
import { createTimerSet } from '../transaction/timer-set.ts';
import type { Destination } from './outside-request.ts';

export type RegistrationInput =
  | { readonly type: 'start' }
  /** The servers, in the order in which they are tried. */
  | { readonly type: 'targets'; readonly targets: readonly Destination[] }
  /** To the REGISTER of this CSeq; undefined: none came, or it could not be sent. */
  | {
      readonly type: 'response';
      readonly cseq: number;
      readonly response: SipResponse | undefined;
    }
  | { readonly type: 'time' }
  | { readonly type: 'stop' };

export type RegistrationOutput =
  | { readonly type: 'resolve' }
  | {
      readonly type: 'register';
      readonly target: Destination;
      readonly cseq: number;
      /** 0 takes the registration back. */
      readonly expiresS: number;
      readonly answering: SipResponse | undefined;
    }
  | { readonly type: 'status'; readonly status: RegistrationStatus }
  | { readonly type: 'stopped' };

export type RegistrationStatus =
  | { readonly state: 'registered'; readonly target: Destination; readonly expiresAt: number }
  /** `sipStatus`: of the last refusal; undefined where nobody answered. */
  | { readonly state: 'unregistered'; readonly sipStatus: number | undefined };

export interface RegistrationPlan {
  /** Tells our binding from others of the same account. */
  readonly contactUser: string;
  readonly expiresS: number;
  /** A lot from 0 up to, but not including, 1. */
  readonly fraction: () => number;
}

export interface RegistrationMachine {
  handle(now: number, input: RegistrationInput): readonly RegistrationOutput[];
  nextTimeoutAt(): number | undefined;
}

/** The first wait and the longest one. RFC 5626 §4.5 has 30 s and, for telephones, half an hour. */
const backOff = { firstMs: 30_000, mostMs: 300_000 };
/** A server that wants more is not followed: a lost registrar must be noticed. */
const maxExpiresS = 86_400;
/** Time for one server to fall silent (timer F is 32 s) and others to be tried. */
const refreshMarginMs = 90_000;
const leaveMs = 2000;
/** First challenge, then a stale nonce. */
const maxChallenges = 2;

export const createRegistrationMachine = (plan: RegistrationPlan): RegistrationMachine => {
  const timers = createTimerSet<'begin' | 'expire' | 'left'>();
  let state: 'idle' | 'resolving' | 'registering' | 'waiting' | 'leaving' | 'stopped' = 'idle';
  let left: readonly Destination[] = [];
  let target: Destination | undefined;
  let bound: Destination | undefined;
  let expiresS = plan.expiresS;
  let cseq = 0;
  let challenges = 0;
  let hasLengthened = false;
  let failures = 0;
  let retryAfterMs = 0;
  let lastStatus: number | undefined;

  const begin = (): readonly RegistrationOutput[] => {
    state = 'resolving';
    retryAfterMs = 0;
    lastStatus = undefined;
    return [{ type: 'resolve' }];
  };

  const send = (
    to: Destination,
    seconds: number,
    answering?: SipResponse,
  ): readonly RegistrationOutput[] => {
    cseq += 1;
    return [{ type: 'register', target: to, cseq, expiresS: seconds, answering }];
  };

  const tryNext = (now: number): readonly RegistrationOutput[] => {
    const [next, ...others] = left;
    left = others;
    if (next === undefined) return waitLonger(now);
    target = next;
    state = 'registering';
    challenges = 0;
    hasLengthened = false;
    return send(next, expiresS);
  };

  const unregistered = (): readonly RegistrationOutput[] =>
    bound === undefined
      ? [{ type: 'status', status: { state: 'unregistered', sipStatus: lastStatus } }]
      : [];

  /** Half to whole of a wait that doubles, so that many gateways do not come back at once. */
  const waitLonger = (now: number, isFutile = false): readonly RegistrationOutput[] => {
    state = 'waiting';
    target = undefined;
    const waitMs = isFutile
      ? backOff.mostMs
      : Math.min(backOff.mostMs, backOff.firstMs * 2 ** Math.min(failures, 10));
    failures += 1;
    timers.set('begin', now + Math.max(retryAfterMs, waitMs * (0.5 + plan.fraction() / 2)));
    return unregistered();
  };

  const onRegistered = (now: number, response: SipResponse): readonly RegistrationOutput[] => {
    const grantedMs = grantedSeconds(response, plan.contactUser, expiresS) * 1000;
    if (grantedMs <= 0 || target === undefined) return waitLonger(now);
    state = 'waiting';
    failures = 0;
    bound = target;
    timers.set('begin', now + Math.max(grantedMs / 2, grantedMs - refreshMarginMs));
    timers.set('expire', now + grantedMs);
    const expiresAt = now + grantedMs;
    return [{ type: 'status', status: { state: 'registered', target, expiresAt } }];
  };

  const onRefusal = (now: number, response: SipResponse): readonly RegistrationOutput[] => {
    const { status } = response;
    lastStatus = status;
    if (target === undefined) return [];
    if ((status === 401 || status === 407) && challenges < maxChallenges) {
      // Again after the first answer only where the nonce was too old: the password was right.
      if (challenges === 0 || isStale(response)) {
        challenges += 1;
        return send(target, expiresS, response);
      }
    }
    const wantedS = numberOf(response, 'Min-Expires') ?? 0;
    if (status === 423 && !hasLengthened && wantedS > expiresS && wantedS <= maxExpiresS) {
      hasLengthened = true;
      expiresS = wantedS;
      challenges = 0;
      return send(target, expiresS);
    }
    if (status === 408 || (status >= 500 && status < 600)) {
      const retryAfterS = status === 503 ? (numberOf(response, 'Retry-After') ?? 0) : 0;
      retryAfterMs = Math.max(retryAfterMs, Math.min(retryAfterS * 1000, backOff.mostMs));
      return tryNext(now);
    }
    // The account is wrong, and asking the same again soon or elsewhere won't set it right.
    return waitLonger(now, true);
  };

  const onLeaving = (response: SipResponse | undefined): readonly RegistrationOutput[] => {
    const isChallenge = response?.status === 401 || response?.status === 407;
    if (isChallenge && challenges === 0 && target !== undefined) {
      challenges += 1;
      return send(target, 0, response);
    }
    return stopped();
  };

  const stopped = (): readonly RegistrationOutput[] => {
    state = 'stopped';
    timers.clearAll();
    return [{ type: 'stopped' }];
  };

  const stop = (now: number): readonly RegistrationOutput[] => {
    if (state === 'leaving' || state === 'stopped') return [];
    // A REGISTER on its way may still be granted.
    const holder = state === 'registering' ? target : bound;
    if (holder === undefined) return stopped();
    state = 'leaving';
    target = holder;
    challenges = 0;
    timers.clearAll();
    timers.set('left', now + leaveMs);
    return send(holder, 0);
  };

  const onResponse = (
    now: number,
    response: SipResponse | undefined,
  ): readonly RegistrationOutput[] => {
    if (state === 'leaving') return onLeaving(response);
    if (state !== 'registering') return [];
    if (response === undefined) return tryNext(now);
    return response.status < 300 ? onRegistered(now, response) : onRefusal(now, response);
  };

  const onTime = (now: number): readonly RegistrationOutput[] => {
    const outputs: RegistrationOutput[] = [];
    for (let due = timers.takeDue(now); due !== undefined; due = timers.takeDue(now)) {
      if (due === 'left') outputs.push(...stopped());
      else if (due === 'begin') outputs.push(...begin());
      else {
        bound = undefined;
        outputs.push(...unregistered());
      }
    }
    return outputs;
  };

  return {
    handle: (now, input) => {
      switch (input.type) {
        case 'start':
          return state === 'idle' ? begin() : [];
        case 'targets': {
          if (state !== 'resolving') return [];
          // The server that has the registration is asked to keep it; the others stand by.
          const isBound = (each: Destination): boolean => sameDestination(each, bound);
          left = input.targets.toSorted((a, b) => Number(isBound(b)) - Number(isBound(a)));
          return tryNext(now);
        }
        case 'response':
          return input.cseq === cseq ? onResponse(now, input.response) : [];
        case 'time':
          return onTime(now);
        case 'stop':
          return stop(now);
      }
    },
    nextTimeoutAt: () => timers.next(),
  };
};

const sameDestination = (a: Destination, b: Destination | undefined): boolean =>
  a.address === b?.address && a.port === b.port && a.transport === b.transport;

const isStale = (challenge: SipResponse): boolean =>
  ['WWW-Authenticate', 'Proxy-Authenticate'].some((name) =>
    /\bstale\s*=\s*"?true\b/i.test(header(challenge, name) ?? ''),
  );

/** Our Contact's `expires`, else the Expires header, else what was asked for. RFC 3261 §10.2.4 */
const grantedSeconds = (response: SipResponse, contactUser: string, askedS: number): number => {
  const own = contacts(response).find(({ uri }) => uri.user === contactUser);
  const text = own?.params.get('expires');
  const granted = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return Math.min(granted ?? numberOf(response, 'Expires') ?? askedS, maxExpiresS);
};
