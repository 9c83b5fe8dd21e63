/** The call log as a table for people. */
import { Readable } from 'node:stream';
import type { CallLog, CallQuery } from '../call/ports/call-records.ts';
import type { CallSummary } from './call-schemas.ts';
import { showSummary } from './call-view.ts';
import { byteOrderMark, type Cell, csvLine } from './csv.ts';

type Column = readonly [name: string, cell: (call: CallSummary) => Cell];

const columns: readonly Column[] = [
  ['startedAt', (call) => call.startedAt],
  ['answeredAt', (call) => call.answeredAt],
  ['joinedAt', (call) => call.joinedAt],
  ['endedAt', (call) => call.endedAt],
  ['state', (call) => call.state],
  ['result', (call) => call.termination?.result ?? null],
  ['reason', (call) => call.termination?.reason ?? null],
  ['endedBy', (call) => call.termination?.by ?? null],
  ['direction', (call) => call.direction],
  ['from', (call) => call.from],
  ['to', (call) => call.to],
  ['callId', (call) => call.callId],
  ['supportCode', (call) => call.supportCode],
  ['codec', (call) => call.codec],
  ['encrypted', (call) => call.encrypted],
  ['nodeId', (call) => call.nodeId],
  ['legId', (call) => call.legId],
  ['sipCallId', (call) => call.sipCallId],
];

const rowsAtOnce = 500;

export interface CallCsvOptions {
  readonly separator: ',' | ';' | '\t';
  /** Rows at most. */
  readonly most: number;
  /** Whether call IDs are shown whole. */
  readonly whole: boolean;
}

/** Read page by page as fast as it is taken: a million calls fit in no memory. */
export function callCsv(
  calls: Pick<CallLog, 'list'>,
  query: CallQuery,
  { separator, most, whole }: CallCsvOptions,
): Readable {
  async function* lines(): AsyncGenerator<string> {
    yield (
      byteOrderMark +
      csvLine(
        columns.map(([name]) => name),
        separator,
      )
    );
    let { after } = query;
    for (let left = most; left > 0;) {
      const limit = Math.min(rowsAtOnce, left);
      const page = await calls.list({ ...query, limit, ...(after && { after }) });
      yield page
        .map((record) => showSummary(record, whole))
        .map((call) =>
          csvLine(
            columns.map(([, cell]) => cell(call)),
            separator,
          ),
        )
        .join('');
      const last = page.at(-1);
      if (page.length < limit || last === undefined) return;
      after = { startedAt: last.startedAt, legId: last.legId };
      left -= page.length;
    }
  }
  return Readable.from(lines());
}
