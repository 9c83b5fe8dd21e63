/** What a host can have said to one who waits: fixed sentences, in the caller's language. */
import type { PhraseKey } from '../ivr/manuscript.ts';

export const hostMessages = [
  'ten-minutes-late',
  'your-turn-soon',
  'please-call-back',
  'wrong-day',
] as const;
export type HostMessage = (typeof hostMessages)[number];

export const isHostMessage = (text: string): text is HostMessage =>
  hostMessages.some((message) => message === text);

export const phraseOfMessage = (message: HostMessage): PhraseKey => `message-${message}`;
