import { expect, it } from 'vitest';
import { tellLadder } from '../../../web/operator/ladder.ts';

const item = (at: number, direction: 'in' | 'out', what: string) => ({
  at: new Date(at).toISOString(),
  direction,
  what,
  exchange: '1 INVITE',
  message: [],
});

it('says what each message means, how long after the one before, and which is the trouble', () => {
  const items = [
    item(1_000, 'in', 'INVITE'),
    item(1_040, 'out', '100'),
    item(1_100, 'out', '488'),
    item(1_200, 'in', 'ACK'),
    item(1_300, 'in', 'MESSAGE'),
  ];
  const told = tellLadder(items, 'en').map(({ afterMs, meaning, tone }) => [
    afterMs,
    meaning,
    tone,
  ]);
  expect(told).toEqual([
    [0, 'calls', 'plain'],
    [40, 'received', 'plain'],
    [60, 'no sound format in common', 'trouble'],
    [100, 'confirms the answer', 'plain'],
    [100, '', 'plain'],
  ]);
});

it('tells a call from a change within it', () => {
  const items = [item(0, 'in', 'INVITE'), item(1, 'out', '200'), item(2, 'in', 'INVITE')];
  expect(tellLadder(items, 'en').map(({ meaning }) => meaning)).toEqual([
    'calls',
    'yes',
    'changes the sound',
  ]);
});

it('knows statuses by their class where they are rare, and takes a question for a password for none', () => {
  const items = [item(0, 'in', '429'), item(0, 'in', '407'), item(0, 'in', '202')];
  expect(tellLadder(items, 'sv').map(({ meaning, tone }) => [meaning, tone])).toEqual([
    ['nej', 'trouble'],
    ['lösenord, tack', 'plain'],
    ['ja', 'good'],
  ]);
});
