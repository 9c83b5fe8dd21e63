import type { Clock } from '../../src/call/ports/process.ts';
import type { AnsweredMedia, DialOutcome, DialRequest } from '../../src/call/ports/sip-engine.ts';
import type { FakeCaller } from './fake-sip-engine.ts';

/** What somebody does whom we call. */
export type FakeBehaviour = 'answers' | 'rings' | 'busy' | 'declines' | 'unfit';

export interface FakeCallee {
  /** How it was called, last. */
  readonly request: DialRequest | undefined;
  /** Once answered. */
  readonly caller: FakeCaller | undefined;
  readonly over: boolean;
}

export const fakeMedia: AnsweredMedia = { codec: 'PCMA', encrypted: false };
const answerDelayMs = 500;

/** A callee as the fake engine sees it. */
export interface FakeCalleeState extends FakeCallee {
  request: DialRequest | undefined;
  isRefused: boolean;
  answer(request: DialRequest, signal: AbortSignal, pickUp: () => FakeCaller): Promise<DialOutcome>;
}

const refusals = {
  busy: { outcome: 'failed', how: 'busy', sipStatus: 486 },
  declines: { outcome: 'failed', how: 'rejected', sipStatus: 603 },
  unfit: { outcome: 'failed', how: 'rejected', sipStatus: 488 },
} as const;

export function createFakeCallee(clock: Clock, behaviour: FakeBehaviour): FakeCalleeState {
  const after = (ms: number): Promise<void> =>
    new Promise((resolve) => clock.at(clock.now() + ms, resolve));
  const callee: FakeCalleeState & { caller: FakeCaller | undefined } = {
    request: undefined,
    caller: undefined,
    isRefused: false,
    get over() {
      return callee.isRefused || callee.caller?.ended !== undefined;
    },
    async answer(request, signal, pickUp) {
      const aborted = new Promise<'cancelled'>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve('cancelled');
        });
      });
      if (behaviour === 'rings') {
        const limit = after(request.ringLimitMs).then(() => 'no-answer' as const);
        return { outcome: 'failed', how: await Promise.race([limit, aborted]) };
      }
      const how = await Promise.race([after(answerDelayMs), aborted]);
      if (how !== undefined) return { outcome: 'failed', how };
      if (behaviour !== 'answers') return refusals[behaviour];
      const caller = pickUp();
      callee.caller = caller;
      return { outcome: 'answered', leg: caller.leg, media: fakeMedia };
    },
  };
  return callee;
}
