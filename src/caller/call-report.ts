import { gapsWithin, levelDbfs, stretchesOf, type RecognisedPrompt } from './heard.ts';
import type { StreamReport } from './recorder.ts';

/** What the terminal caller knows of its call when it is over. Times in ms from the answer (the ACK). */
export interface CallFacts {
  readonly answerAfterMs: number;
  readonly keysDoneAtMs: number | undefined;
  /** All that was heard, 8 kHz. */
  readonly pcm: Int16Array;
  readonly prompts: readonly RecognisedPrompt[];
  readonly stream: StreamReport;
  readonly ending: string;
}

const samplesPerMs = 8;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const decibels = (level: number): string =>
  level === -Infinity ? 'silence' : `${level.toFixed(1)} dBFS`;

/** The call as lines for a person: answer, prompts, the room's sound, the stream, the end. */
export const reportLines = (facts: CallFacts): string[] => {
  const { pcm, stream } = facts;
  // The words of admission are the last before the room; where they were not heard, any prompt is.
  const lastPrompt =
    facts.prompts.findLast(({ name }) => name.endsWith('/admitted.wav')) ?? facts.prompts.at(-1);
  const roomFromMs = lastPrompt === undefined ? 0 : lastPrompt.atMs + lastPrompt.lengthMs;
  const room = pcm.subarray(roomFromMs * samplesPerMs);
  const roomSound = stretchesOf(room);
  const gaps = roomSound.flatMap(({ fromMs, toMs }) =>
    // Pauses between words are no gaps: only what cuts sound off for 40 to 200 ms is.
    gapsWithin(room, fromMs, toMs, { thresholdDbfs: -75 }).filter(
      (gap) => gap.toMs - gap.fromMs <= 200,
    ),
  );
  return [
    `answered   after ${Math.round(facts.answerAfterMs)} ms; first sound packet ${stream.firstPacketMs === undefined ? 'never came' : `${Math.round(stream.firstPacketMs)} ms later`}`,
    ...(facts.keysDoneAtMs === undefined
      ? []
      : [`keys       done at ${seconds(facts.keysDoneAtMs)}`]),
    ...(facts.prompts.length === 0
      ? ['prompts    none that we know']
      : facts.prompts.map(
          ({ name, atMs, whole }, index) =>
            `${index === 0 ? 'prompts    ' : '           '}${seconds(atMs).padStart(8)}  ${name}${whole ? '' : ' (its beginning)'}`,
        )),
    `the room   ${
      roomSound.length === 0
        ? 'silent'
        : `sound for ${seconds(roomSound.reduce((sum, s) => sum + s.toMs - s.fromMs, 0))} of ${seconds(room.length / samplesPerMs)}, ` +
          `${decibels(levelDbfs(room))}, ${gaps.length} gaps`
    }`,
    `packets    ${stream.packets} received, ${stream.lost} lost, spacing p99 ${Math.round(stream.spacingP99Ms)} ms, longest ${Math.round(stream.longestSpacingMs)} ms`,
    `ended      ${facts.ending}`,
  ];
};
