/**
 * A private word: one who waits and a host, both in a side room with a token for that room alone.
 *
 *   waiting, or the host's meeting ──aside──▶ joining ──▶ together ──▶ back where each came from
 *                                                │           └──key, API, side room closed, alone
 *                                                └──cannot be joined──▶ back
 *
 * Whoever goes closes the side room, and that sends the other one back: on this node, on another
 * one, in a browser. The record's state stays: one who waits has still not been admitted.
 */
import type { Phrase } from '../ivr/phrase.ts';
import { phrase } from '../ivr/phrase.ts';
import { createAsideMachine, type AsideMachine, type AsideOutput } from './aside-machine.ts';
import { decideAnew } from './call-admission.ts';
import { enter, type CallContext } from './call-context.ts';
import { beginRequest } from './call-requests.ts';
import { closeAside, endWithWords } from './call-ending.ts';
import type { CallInput, CallOutput } from './call-messages.ts';
import { join } from './call-room.ts';
import type { RoomName } from './identifiers.ts';
import type { JoinOutcome } from './ports/sip-engine.ts';

type Outputs = readonly CallOutput[];

export interface Aside {
  readonly room: RoomName;
  readonly from: 'waiting' | 'meeting';
  readonly machine: AsideMachine;
  /** Others in the side room, as the room link last said. */
  others: number;
}

/** Alone for so long is alone for good: the other one's line may have died. */
export const asideAloneMs = 20_000;

/** For one who waits, and for the host in the meeting who wants to talk to them. */
export function beginAside(c: CallContext, now: number, room: RoomName): Outputs {
  if (c.aside !== undefined || (c.phase !== 'waiting' && c.phase !== 'meeting')) return [];
  const host = c.phase === 'meeting';
  const machine = createAsideMachine({ speaker: c.speaker, keyTable: c.settings.keys, host });
  c.aside = { room, from: c.phase, machine, others: 0 };
  // The meeting is left before the side room is joined: nobody is in both.
  const leave: Outputs = host
    ? [{ do: 'set-muted', muted: true }, { do: 'leave-room' }, ...c.inMeeting.leave(now)]
    : [];
  c.waiting.stop();
  enter(c, 'aside');
  c.timers.set('aside-alone', now + asideAloneMs);
  const requestId = beginRequest(c, now, 'joined', c.settings.joinTimeoutMs);
  return [
    { do: 'note', event: 'aside' },
    ...c.speaker.hush(),
    ...leave,
    { do: 'join-aside', requestId, room },
  ];
}

export function onAsideJoined(c: CallContext, now: number, outcome: JoinOutcome): Outputs {
  c.timers.clear('request');
  if (c.aside === undefined) return [];
  if (!outcome.joined) return endAside(c, now, phrase('not-done'));
  return toAside(c, now, (machine) => machine.begin(now));
}

/** `words`: for the host, who is back in the meeting with them. */
export function endAside(c: CallContext, now: number, words = phrase('aside-over')): Outputs {
  if (c.aside === undefined) return [];
  const { from } = c.aside;
  const outputs: CallOutput[] = [{ do: 'set-muted', muted: true }, ...closeAside(c)];
  if (from === 'meeting') return [...outputs, ...backToMeeting(c, now, words)];
  return [...outputs, { do: 'leave-room' }, ...decideAnew(c, now)];
}

function backToMeeting(c: CallContext, now: number, words: Phrase): Outputs {
  c.joinAttempts = 0;
  c.welcome = [words];
  return join(c, now);
}

export function toAside(
  c: CallContext,
  now: number,
  step: (machine: AsideMachine) => readonly AsideOutput[],
): Outputs {
  if (c.aside === undefined) return [];
  return step(c.aside.machine).flatMap((output): Outputs => {
    switch (output.do) {
      case 'back':
        return endAside(c, now);
      case 'leave':
        return endWithWords(c, now, 'left-by-key', phrase('left'));
      default:
        return [output];
    }
  });
}

/** Nobody came, or the other one went without a word. */
export function onAsideAlone(c: CallContext, now: number): Outputs {
  if (c.aside === undefined) return [];
  const { room, others } = c.aside;
  if (others <= 0 && c.surroundings.asideCompanions(room) === 0) return endAside(c, now);
  c.timers.set('aside-alone', now + asideAloneMs);
  return [];
}

export type RoomNews = Extract<
  CallInput,
  { type: 'room-left' | 'room-audience' | 'room-lost' | 'room-recovered' }
>;

export function asideRoomNews(c: CallContext, now: number, input: RoomNews): Outputs {
  if (c.aside === undefined) return [];
  if (input.type === 'room-left') return endAside(c, now);
  if (input.type === 'room-audience') c.aside.others = input.others;
  return [];
}
