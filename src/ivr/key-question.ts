/**
 * One question that a single key answers: join, go back, yes or no.
 *
 *   asking ──words over──▶ listening ──a key of the answers──▶ answered
 *     ▲                        │ another key, or silence: the question again
 *     └────rounds are left─────┘
 *                              └──none left──▶ unanswered
 *
 * A machine at the other end hears the question to its end a few times and answers nothing. Only a
 * key pressed after the question began counts, and `#` and `*` alone are the habit of others.
 */
import type { Digit } from '../call/ports/sip-engine.ts';
import type { Phrase } from './phrase.ts';

export interface KeyQuestionPlan {
  /** Said in the first round; those after it are `again`. */
  readonly words: readonly Phrase[];
  readonly again: readonly Phrase[];
  readonly keys: readonly Digit[];
  readonly rounds: number;
  /** After the words. */
  readonly waitMs: number;
}

export type KeyQuestionOutput =
  | { readonly type: 'hush' }
  | { readonly type: 'say'; readonly phrases: readonly Phrase[] }
  | { readonly type: 'answered'; readonly key: Digit }
  | { readonly type: 'unanswered' };

export interface KeyQuestion {
  begin(): readonly KeyQuestionOutput[];
  press(digit: Digit): readonly KeyQuestionOutput[];
  /** The words were heard to their end. */
  said(now: number): readonly KeyQuestionOutput[];
  timeout(now: number): readonly KeyQuestionOutput[];
  nextTimeoutAt(): number | undefined;
}

export function createKeyQuestion(plan: KeyQuestionPlan): KeyQuestion {
  let round = 0;
  let deadline: number | undefined;
  let isOver = false;

  const ask = (): readonly KeyQuestionOutput[] => {
    deadline = undefined;
    round += 1;
    if (round > plan.rounds) {
      isOver = true;
      return [{ type: 'unanswered' }];
    }
    return [{ type: 'say', phrases: round === 1 ? plan.words : plan.again }];
  };

  return {
    begin: ask,
    press(digit) {
      if (isOver || digit === '#' || digit === '*') return [];
      if (!plan.keys.includes(digit)) return [{ type: 'hush' }, ...ask()];
      isOver = true;
      deadline = undefined;
      return [{ type: 'hush' }, { type: 'answered', key: digit }];
    },
    said(now) {
      if (!isOver) deadline = now + plan.waitMs;
      return [];
    },
    timeout: (now) => (deadline === undefined || now < deadline || isOver ? [] : ask()),
    nextTimeoutAt: () => deadline,
  };
}
