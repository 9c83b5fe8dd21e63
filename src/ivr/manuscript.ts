/**
 * Everything ringbro says, once. The files in `prompts/` are made from this table, and people who
 * record their own read from it (docs/prompts.md).
 *
 * Short, plain, the important word last: the microphone opens after the last word. `{n}`, `{time}`
 * and `{name}` are slots, see phrase-files.ts. `[en]…[/en]` is spoken by that language's voice.
 */
import { ending } from './manuscript/ending.ts';
import { entering } from './manuscript/entering.ts';
import { hosting } from './manuscript/hosting.ts';
import { meeting } from './manuscript/meeting.ts';
import { otherCalls } from './manuscript/other-calls.ts';
import { waiting } from './manuscript/waiting.ts';

export const manuscript = {
  ...entering,
  ...waiting,
  ...meeting,
  ...hosting,
  ...otherCalls,
  ...ending,
} as const;

export type PhraseKey = keyof typeof manuscript;
