import { z } from 'zod';
import { asCallId, callIdPattern, type CallId } from '../call/identifiers.ts';
import { list, optional, ownNumber, wholeNumber, type SettingsOf } from './values.ts';

/** Whom the gateway calls, and the number and call ID by which it is tried. `_S` is seconds. */

/** Whom callers reach who ask for a person. */
export type ServiceDeskConfig =
  /** A number, then `trunk` leads there; or a SIP URI. */
  | { readonly to: string; readonly trunk: string | undefined }
  /** The meeting in which the staff of the desk are. */
  | { readonly callId: CallId };

/** Calls of our own into meetings; off where `prefixes` is empty. */
export interface DialOutConfig {
  readonly prefixes: readonly string[];
  readonly trunk: string | undefined;
  /** What the one called is shown; undefined: withheld. */
  readonly callerNumber: string | undefined;
  readonly perHour: number;
  readonly ringLimitMs: number;
}

/** For tests of the caller's sound. */
export interface TestCallConfig {
  readonly number: string | undefined;
  readonly callId: CallId | undefined;
}

const dialOutPrefixes = list.superRefine((parts, context) => {
  for (const part of parts)
    if (!/^\+[1-9]\d{0,14}$/.test(part))
      context.addIssue(`${part} is not the beginning of a number such as +46`);
});

const deskAddress = z.string().regex(/^(?:\+?\d{2,15}|sips?:[^\s<>"]+@[^\s<>"?]+)$/, {
  error:
    'must be a number such as +46480445500, an address such as sip:desk@192.0.2.5, or a call ID',
});

const testId = z.string().regex(callIdPattern, { error: 'must be nine digits' });

export const calledShape = {
  RINGBRO_SERVICE_DESK: optional(deskAddress),
  RINGBRO_SERVICE_DESK_TRUNK: optional(z.string()),
  RINGBRO_DIAL_OUT_PREFIXES: optional(dialOutPrefixes),
  RINGBRO_DIAL_OUT_TRUNK: optional(z.string()),
  RINGBRO_DIAL_OUT_NUMBER: optional(ownNumber),
  RINGBRO_DIAL_OUT_PER_HOUR: optional(wholeNumber(1, 10_000)),
  RINGBRO_DIAL_OUT_RING_S: optional(wholeNumber(1, 180)),
  RINGBRO_TEST_NUMBER: optional(ownNumber),
  RINGBRO_TEST_ID: optional(testId),
};
type CalledSettings = SettingsOf<typeof calledShape>;

export const serviceDeskFrom = (e: CalledSettings): ServiceDeskConfig | undefined => {
  const to = e.RINGBRO_SERVICE_DESK;
  if (to === undefined) return undefined;
  const callId = asCallId(to);
  if (callId !== undefined) return { callId };
  const trunk = e.RINGBRO_SERVICE_DESK_TRUNK ?? e.RINGBRO_DIAL_OUT_TRUNK;
  return { to, trunk: to.includes(':') ? undefined : trunk };
};

/** A number leads nowhere by itself. */
export const calledProblems = (e: CalledSettings): readonly string[] => {
  const desk = serviceDeskFrom(e);
  return desk !== undefined && 'to' in desk && !desk.to.includes(':') && desk.trunk === undefined
    ? ['RINGBRO_SERVICE_DESK_TRUNK: a number is called through a trunk']
    : [];
};

export const dialOutFrom = (e: CalledSettings): DialOutConfig => ({
  prefixes: e.RINGBRO_DIAL_OUT_PREFIXES ?? [],
  trunk: e.RINGBRO_DIAL_OUT_TRUNK,
  callerNumber: e.RINGBRO_DIAL_OUT_NUMBER,
  perHour: e.RINGBRO_DIAL_OUT_PER_HOUR ?? 60,
  ringLimitMs: (e.RINGBRO_DIAL_OUT_RING_S ?? 40) * 1000,
});

export const testCallsFrom = (e: CalledSettings): TestCallConfig => ({
  number: e.RINGBRO_TEST_NUMBER,
  callId: e.RINGBRO_TEST_ID === undefined ? undefined : asCallId(e.RINGBRO_TEST_ID),
});
