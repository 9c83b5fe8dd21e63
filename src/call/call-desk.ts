/**
 * Help by a person: the caller and the service desk in a side room, nobody else in it. How it
 * begins is in call-desk-begin.ts.
 *
 *   meeting, waiting, no more tries ──0──▶ desk: words, the desk is called ──answered──▶ together
 *        ▲                                  │ nobody there, no answer            │ star, either hangs up
 *        └──back where the caller was ◀─────┴────────────────────────────────────┘
 *
 * The seat in the meeting is kept; who had no more tries is told the way to help and goodbye.
 */
import { phrase, type Phrase } from '../ivr/phrase.ts';
import { decideAnew } from './call-admission.ts';
import type { CallContext } from './call-context.ts';
import type { Desk } from './call-desk-begin.ts';
import { endWithWords } from './call-ending.ts';
import type { CallOutput } from './call-messages.ts';
import { join } from './call-room.ts';
import type { Digit } from './ports/sip-engine.ts';

type Outputs = readonly CallOutput[];

export function onDeskAnswer(c: CallContext, now: number, answered: boolean): Outputs {
  if (c.desk === undefined) return [];
  if (!answered) return endDesk(c, now, phrase('desk-no-answer'));
  c.desk.together = true;
  return [
    { do: 'note', event: 'desk-answered' },
    ...c.speaker.hush(),
    ...c.speaker.stopMusic(),
    { do: 'set-muted', muted: false },
  ];
}

/** The words are over, and nobody has answered yet: a wait is never silent. */
export const onDeskSaid = (c: CallContext): Outputs =>
  c.desk?.together === false ? c.speaker.music() : [];

export const onDeskDigit = (c: CallContext, now: number, digit: Digit): Outputs =>
  digit === '*' ? endDesk(c, now, phrase('desk-over')) : [];

export function endDesk(c: CallContext, now: number, words: Phrase = phrase('desk-over')): Outputs {
  if (c.desk === undefined) return [];
  const { from } = c.desk;
  c.desk = undefined;
  c.awaited = undefined;
  c.timers.clear('request');
  const outputs: CallOutput[] = [
    { do: 'note', event: 'desk-over' },
    { do: 'set-muted', muted: true },
    { do: 'leave-room' },
    { do: 'end-desk' },
  ];
  return [...outputs, ...goBack(c, now, from, words)];
}

function goBack(c: CallContext, now: number, from: Desk['from'], words: Phrase): Outputs {
  switch (from) {
    case 'meeting':
      c.joinAttempts = 0;
      c.welcome = [words];
      return join(c, now);
    case 'waiting':
      return decideAnew(c, now);
    case 'ivr':
      return endWithWords(c, now, 'wrong-id', words, phrase('help'));
  }
}
