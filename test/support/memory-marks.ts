import type { Mark, MarkBook } from '../../src/call/ports/marks.ts';

const keyOf = ({ kind, callId, subject, at }: Mark): string =>
  [kind, callId, subject, String(at)].join(' ');

/** The marks of a store, in memory. */
export function createMemoryMarks(): MarkBook {
  const marks = new Map<string, Mark>();
  return {
    async add(mark) {
      if (marks.has(keyOf(mark))) return false;
      marks.set(keyOf(mark), mark);
      return true;
    },
    async remove(mark) {
      marks.delete(keyOf(mark));
    },
    since: async (kind, from) =>
      Array.from(marks.values())
        .filter((mark) => mark.kind === kind && mark.at >= from)
        .toSorted((a, b) => a.at - b.at),
  };
}
