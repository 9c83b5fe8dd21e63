import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { problems } from '../../src/http/problems.ts';
import {
  endReason,
  endReasons,
  isEndReasonCode,
  terminationOf,
} from '../../src/call/end-reasons.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

describe('docs/errors.md tells of', () => {
  const codes = Object.keys(endReasons).filter(isEndReasonCode);
  const documented = rows.filter((row) => row.length === 7);

  test('every end reason as the code has it, in its order', () => {
    expect(documented.map(([, ...cells]) => cells.slice(0, 5))).toEqual(
      codes.map((code) => {
        const { result, by, sipStatus, description } = endReason(code);
        return [code, result, by, sipStatus === undefined ? '' : String(sipStatus), description];
      }),
    );
  });

  test('every fault code in the source, and of no other', () => {
    const prefixes = /'((?:journal|store|media|room|sip|sdp|directory|webhook)\/[a-z-]+)'/g;
    const inSource = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        Array.from(readFileSync(join(root, 'src', file), 'utf8').matchAll(prefixes), ([, code]) =>
          String(code),
        ),
      )
      // Those of the API are told of in docs/api.md.
      .filter((code) => !Object.hasOwn(problems, code));
    const faults = rows
      .filter((row) => row.length === 4)
      .map(([, code]) => String(code))
      .filter((code) => code.includes('/'));
    expect(faults.toSorted()).toEqual(Array.from(new Set(inSource)).toSorted());
  });
});

test('a termination is the list’s entry under its code', () => {
  expect(terminationOf('removed')).toEqual({ result: 'completed', reason: 'removed', by: 'host' });
});

test('a refusal before the answer has a final SIP status', () => {
  for (const code of Object.keys(endReasons).filter(isEndReasonCode)) {
    const { sipStatus } = endReason(code);
    if (sipStatus !== undefined) expect(sipStatus).toBeGreaterThanOrEqual(400);
  }
});
