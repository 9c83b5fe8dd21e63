/** Finding calls, and the table for spreadsheets. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import { csvLine } from '../../src/http/csv.ts';
import { endedRecord } from '../store/records.ts';
import { type HttpFixture, openHttpFixture } from './http-fixture.ts';

let http: HttpFixture;
beforeAll(async () => {
  http = await openHttpFixture();
  const { journal, numbers } = http.store;
  const records = [
    endedRecord('one', {
      startedAt: 1_000,
      from: '+46•••••67',
      number: numbers.keep('+46701234567', asLegId('one')),
      details: { supportCode: '123456' },
    }),
    endedRecord('two', {
      startedAt: 2_000,
      from: '+45•••••12',
      to: '=cmd|x',
      callId: asCallId('123123789'),
    }),
    endedRecord('three', { startedAt: 3_000, from: undefined }),
  ];
  for (const record of records) {
    await journal.begin({ ...record, state: 'ivr', endedAt: undefined });
    await journal.end(record);
  }
  await vi.waitFor(() => {
    expect(journal.backlog()).toBe(0);
  });
});
afterAll(() => http.close());

const found = async (query: string): Promise<string[]> => {
  const answer = await http.request('GET', `/api/calls?${query}`);
  return answer.json<{ items: { legId: string }[] }>().items.map(({ legId }) => legId);
};

test.each([
  ['supportCode=123456', ['one']],
  ['supportCode=123%20456', ['one']],
  ['supportCode=654321', []],
  ['sipCallId=sip-two', ['two']],
  ['number=%2B46701234567', ['one']],
  ['number=%2B46701234568', []],
  [`number=${encodeURIComponent('+46•••••67')}`, ['one']],
  [`number=${encodeURIComponent('+45•••••12')}`, ['two']],
  ['number=%2B46701234567&supportCode=654321', []],
  ['result=completed&from=1970-01-01T00:00:02Z', ['three', 'two']],
])('%s finds %j', async (query, legs) => {
  expect(await found(query)).toEqual(legs);
});

test('a support code is six digits', async () => {
  expect((await http.request('GET', '/api/calls?supportCode=12345')).statusCode).toBe(400);
});

describe('the table', () => {
  test('has all calls, newest first, opens as UTF-8, and computes nothing', async () => {
    const answer = await http.request('GET', '/api/calls.csv');
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="calls.csv"');
    const lines = answer.body.split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFF"startedAt","answeredAt",/);
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain('"three"');
    expect(lines[2]).toContain(`"'=cmd|x"`);
    expect(lines[3]).toContain(`"'+46•••••67"`);
  });

  test('is chosen by the same fields, cut by limit, and separated as asked', async () => {
    const one = await http.request('GET', '/api/calls.csv?supportCode=123456&separator=semicolon');
    expect(one.body.split('\r\n')).toHaveLength(3);
    expect(one.body).toContain('"startedAt";"answeredAt"');
    const two = await http.request('GET', '/api/calls.csv?limit=2');
    expect(two.body.split('\r\n')).toHaveLength(4);
    expect((await http.request('GET', '/api/calls.csv?cursor=x')).statusCode).toBe(400);
  });

  test('is read page by page to its end', async () => {
    const asked: number[] = [];
    const all = Array.from({ length: 1_200 }, (_, n) => endedRecord(`leg-${n}`, { startedAt: n }));
    const other = await openHttpFixture({
      calls: {
        get: () => Promise.resolve(undefined),
        list({ limit, after }) {
          asked.push(limit);
          const from = after === undefined ? 0 : after.startedAt + 1;
          return Promise.resolve(all.slice(from, from + limit));
        },
      },
    });
    const answer = await other.request('GET', '/api/calls.csv');
    expect(answer.body.split('\r\n')).toHaveLength(1_202);
    expect(asked).toEqual([500, 500, 500]);
    await other.close();
  });
});

test.each([
  ['plain', '"plain"'],
  ['say "hi", you', '"say ""hi"", you"'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', `"'=1+1"`],
  ['  @SUM(A1)', `"'  @SUM(A1)"`],
  ['\tx', `"'\tx"`],
  ['-5', `"'-5"`],
  ['＝1', `"'＝1"`],
  [-5, '"-5"'],
  [null, '""'],
] as const)('the cell %j is written %s', (cell, written) => {
  expect(csvLine([cell], ',')).toBe(`${written}\r\n`);
});
