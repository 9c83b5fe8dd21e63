/**
 * A question by key within a call: whether to join (a call of ours), to go back (a line that broke),
 * and how it went (afterwards). The answer decides where the call goes on.
 *
 *   confirming ──'join', 'go-back'──▶ asking ──1──▶ finding        ──no──▶ goodbye, or the IVR
 *   any end with words ──'after'────▶ asking ──1, 2, silence──▶ goodbye
 */
import {
  createKeyQuestion,
  type KeyQuestion,
  type KeyQuestionOutput,
} from '../ivr/key-question.ts';
import { phrase, type Phrase } from '../ivr/phrase.ts';
import { startIvr } from './call-admission.ts';
import { enter, type CallContext } from './call-context.ts';
import { findMeeting } from './call-requests.ts';
import { endWithWords, sayLastWords } from './call-ending.ts';
import type { CallOutput } from './call-messages.ts';
import type { CallId } from './identifiers.ts';

type Outputs = readonly CallOutput[];

/** What a question is about; with 'join' and 'go-back' comes the meeting. */
export type Asking =
  | { readonly about: 'join'; readonly callId: CallId; readonly question: KeyQuestion }
  | { readonly about: 'go-back'; readonly callId: CallId; readonly question: KeyQuestion }
  | {
      readonly about: 'after';
      readonly lastWords: readonly Phrase[];
      readonly question: KeyQuestion;
    };

const waitMs = 8_000;

/** Whoever is called hears who calls and presses 1; a machine hears it three times. */
export function askToJoin(c: CallContext, now: number, callId: CallId): Outputs {
  const question = createKeyQuestion({
    words: [phrase('dial-out-from'), phrase('dial-out-join')],
    again: [phrase('dial-out-from'), phrase('dial-out-join')],
    keys: ['1'],
    rounds: 3,
    waitMs,
  });
  return ask(c, now, { about: 'join', callId, question });
}

/** Asked once: who wants another meeting presses anything else, or waits for the greeting. */
export function askToGoBack(c: CallContext, now: number, callId: CallId): Outputs {
  const question = createKeyQuestion({
    words: [phrase('go-back')],
    again: [],
    keys: ['1'],
    rounds: 1,
    waitMs,
  });
  return ask(c, now, { about: 'go-back', callId, question });
}

function ask(c: CallContext, now: number, asking: Asking): Outputs {
  enter(c, 'asking');
  c.asking = asking;
  return toQuestion(c, now, (question) => question.begin());
}

export const toQuestion = (
  c: CallContext,
  now: number,
  step: (question: KeyQuestion) => readonly KeyQuestionOutput[],
): Outputs =>
  c.asking === undefined
    ? []
    : step(c.asking.question).flatMap((output) => fromQuestion(c, now, output));

function fromQuestion(c: CallContext, now: number, output: KeyQuestionOutput): Outputs {
  const { asking } = c;
  if (asking === undefined) return [];
  switch (output.type) {
    case 'hush':
      return c.speaker.hush();
    case 'say':
      return c.speaker.say(now, output.phrases);
    case 'answered':
      c.asking = undefined;
      return [
        { do: 'note', event: 'question-answered', fields: { about: asking.about } },
        ...onAnswer(c, now, asking, output.key),
      ];
    case 'unanswered':
      c.asking = undefined;
      return onNoAnswer(c, now, asking);
  }
}

function onAnswer(c: CallContext, now: number, asking: Asking, key: string): Outputs {
  if (asking.about === 'after') {
    const feedback = { technologyWorked: key === '1' };
    return [
      { do: 'keep', details: { feedback } },
      ...sayLastWords(c, now, [phrase('thanks'), ...asking.lastWords]),
    ];
  }
  // Whoever invited this caller by telephone vouches for them; a broken line is let in as any other.
  c.letIn = asking.about === 'join';
  if (asking.about === 'join') {
    c.vouched = true;
    c.identification = 'vouched by host';
    c.name = c.route.kind === 'dial-out' ? c.route.name : undefined;
  }
  c.answersEntry = asking.about === 'go-back';
  enter(c, 'finding');
  return findMeeting(c, now, { kind: 'call-id', callId: asking.callId });
}

function onNoAnswer(c: CallContext, now: number, asking: Asking): Outputs {
  switch (asking.about) {
    case 'join':
      return endWithWords(c, now, 'not-accepted', phrase('dial-out-goodbye'));
    case 'go-back':
      return startIvr(c, now);
    case 'after':
      return sayLastWords(c, now, asking.lastWords);
  }
}
