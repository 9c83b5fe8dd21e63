/** The SIP of each live call: who said what and when, with as much of each message as may be shown. */
import type { LadderLine } from '../call/ports/call-records.ts';

export interface Ladders {
  /** A message of the call with this Call-ID. */
  add(sipCallId: string, line: LadderLine): void;
  /** Takes what there is of a call; nothing is known of it afterwards. */
  take(sipCallId: string): readonly LadderLine[];
  /** As far as it has come. */
  read(sipCallId: string): readonly LadderLine[];
}

/** The beginning says how a call came about, the end how it went; what repeats between is left out. */
const mostLines = 60;
const mostCalls = 5_000;

export const createLadders = (): Ladders => {
  const ladders = new Map<string, LadderLine[]>();
  return {
    add: (sipCallId, line) => {
      let lines = ladders.get(sipCallId);
      if (lines === undefined) {
        // Messages of no call of ours are forgotten with the oldest.
        const [oldest] = ladders.size >= mostCalls ? ladders.keys() : [];
        if (oldest !== undefined) ladders.delete(oldest);
        ladders.set(sipCallId, (lines = []));
      }
      if (lines.length >= mostLines) lines.splice(mostLines / 2, 1);
      lines.push(line);
    },
    take: (sipCallId) => {
      const lines = ladders.get(sipCallId) ?? [];
      ladders.delete(sipCallId);
      return lines;
    },
    read: (sipCallId) => ladders.get(sipCallId)?.slice() ?? [],
  };
};
