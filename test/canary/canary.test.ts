import { describe, expect, it } from 'vitest';
import { withUser } from '../../src/canary/canary-call.ts';
import { createCanary, type CanaryOutcome } from '../../src/canary/canary.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { silentLog } from '../support/media-calls.ts';

const well: CanaryOutcome = { problem: undefined, answerMs: 20, joinMs: 900 };

const setUp = (numbers: () => readonly string[] = () => ['0480']) => {
  const clock = createManualClock();
  const outcomes: (CanaryOutcome | Error)[] = [];
  const told: string[] = [];
  const called: string[] = [];
  const canary = createCanary({
    everyMs: 60_000,
    numbers,
    call: async (number) => {
      called.push(number);
      const outcome = outcomes.shift() ?? well;
      if (outcome instanceof Error) throw outcome;
      return Promise.resolve(outcome);
    },
    clock,
    logger: silentLog,
    onResult: ({ problem }, turn) => told.push(`${problem ?? 'well'} ${turn ?? '-'}`),
  });
  return { canary, clock, outcomes, told, called };
};

describe('the canary', () => {
  it('tells once that a number fails, and once that it succeeds again', async () => {
    const { canary, outcomes, told } = setUp();
    outcomes.push({ problem: 'not-heard' }, { problem: 'not-joined' });
    for (let i = 0; i < 4; i += 1) await canary.run();
    expect(told).toEqual(['not-heard failed', 'not-joined -', 'well recovered', 'well -']);
    expect(canary.results()).toMatchObject([{ number: '0480', problem: undefined, joinMs: 900 }]);
  });

  it('calls every number, and goes on where one call meets a bug', async () => {
    const { canary, outcomes, called } = setUp(() => ['1', '2']);
    outcomes.push(new Error('a bug'));
    await canary.run();
    expect(called).toEqual(['1', '2']);
    expect(canary.results().map(({ problem }) => problem)).toEqual(['broken', undefined]);
  });

  it('forgets a number that is not published any more', async () => {
    let numbers = ['1', '2'];
    const { canary } = setUp(() => numbers);
    await canary.run();
    numbers = ['2'];
    await canary.run();
    expect(canary.results().map(({ number }) => number)).toEqual(['2']);
  });

  it('calls soon after the start, and no more when it is closed', async () => {
    const { canary, clock, called } = setUp();
    canary.start();
    await clock.advance(10_000);
    await canary.run();
    expect(called.length).toBeGreaterThan(0);
    await canary.close();
    const before = called.length;
    await clock.advance(600_000);
    expect(called.length).toBe(before);
  });
});

it('a number becomes the user of our address', () => {
  expect(withUser('sip:10.0.0.1:5060;transport=tcp', '0480')).toBe(
    'sip:0480@10.0.0.1:5060;transport=tcp',
  );
  expect(withUser('sip:[::1]:5060', '+46')).toBe('sip:+46@[::1]:5060');
});
