/** A year's worth of calls as they are in a store: made up, the same each time. */
import { asCallId, asLegId, asRoomName, asSipCallId } from '../../src/call/identifiers.ts';
import { type EndReasonCode, terminationOf } from '../../src/call/end-reasons.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import type { NumberVault } from '../../src/call/ports/privacy.ts';
import { maskNumber } from '../../src/meeting/mask-number.ts';

export interface CallPopulation {
  readonly calls: number;
  /** The newest of them are not over. */
  readonly open: number;
  /** Epoch milliseconds; the last call starts then. */
  readonly until: number;
  readonly overDays: number;
}

const callsPerMeeting = 8;
const callsPerPerson = 5;
const dayMs = 86_400_000;

const reasons: readonly (readonly [EndReasonCode, number])[] = [
  ['hung-up', 80],
  ['meeting-ended', 12],
  ['media-timeout', 4],
  ['gateway-died', 1],
  ['wrong-id', 3],
];

/** Scattered over all of `of`, and the same for the same `n`. */
const scattered = (n: number, of: number): number => (Math.imul(n, 2_654_435_761) >>> 0) % of;

const digits = (n: number, length: number): string => String(n).padStart(length, '0');

export const callIdOf = (n: number, { calls }: CallPopulation): string =>
  digits(100_000_000 + scattered(n, Math.ceil(calls / callsPerMeeting)), 9);
export const numberOf = (n: number, { calls }: CallPopulation): string =>
  `+467${digits(scattered(n + 1, Math.ceil(calls / callsPerPerson)), 8)}`;
export const supportCodeOf = (n: number): string => digits(scattered(n + 2, 1_000_000), 6);
export const sipCallIdOf = (n: number): string => `${digits(n, 8)}-5b0f4c2e@192.0.2.10`;
export const startOf = (n: number, { calls, until, overDays }: CallPopulation): number =>
  until - Math.round(((calls - 1 - n) / calls) * overDays * dayMs);

function reasonOf(n: number): EndReasonCode {
  let rest = scattered(n + 3, 100);
  for (const [reason, share] of reasons) {
    rest -= share;
    if (rest < 0) return reason;
  }
  return 'hung-up';
}

const quality = { packets: 45_000, lost: 12, lossPct: 0.03, jitterMs: 2.4, mos: 4.31 };

export function callOf(
  n: number,
  population: CallPopulation,
  numbers: Pick<NumberVault, 'keep'>,
): CallRecord {
  const startedAt = startOf(n, population);
  const isOpen = n >= population.calls - population.open;
  const endedAt = startedAt + 60_000 + scattered(n + 4, 3_600_000);
  const number = numberOf(n, population);
  const legId = asLegId(`leg-${digits(n, 18)}`);
  const story = ['arrived', 'answered', 'prompt', 'entered', 'lobby', 'admitted', 'joined'];
  return {
    legId,
    sipCallId: asSipCallId(sipCallIdOf(n)),
    nodeId: `node-${n % 4}`,
    engine: 'embedded',
    direction: 'inbound',
    from: maskNumber(number),
    number: numbers.keep(number, legId),
    to: '+46480445511',
    callId: asCallId(callIdOf(n, population)),
    room: asRoomName(`room-${callIdOf(n, population)}`),
    state: isOpen ? 'joined' : 'ended',
    startedAt,
    answeredAt: startedAt + 30,
    joinedAt: startedAt + 20_000,
    endedAt: isOpen ? undefined : endedAt,
    termination: isOpen ? undefined : terminationOf(reasonOf(n)),
    codec: 'PCMA',
    encrypted: false,
    security: { signalling: 'udp', media: 'rtp' },
    quality: isOpen ? undefined : { up: quality, down: quality },
    details: { supportCode: supportCodeOf(n), role: 'guest', identification: 'unknown phone' },
    timeline: story.map((event, line) => ({
      at: startedAt + line * 3_000,
      event,
      fields: { what: 'call-id', count: line, phrase: 'welcome', language: 'sv' },
    })),
  };
}
