/** A gateway as a process of its own with all defaults but its ports, folder and meeting server. */
import { setTimeout as wait } from 'node:timers/promises';
import { startGateway } from '../../test/e2e/support/gateway-process.ts';
import type { TestLiveKitServer } from '../../test/support/livekit-server.ts';
import { monotonicMs } from './monotonic.ts';

/** What the call log says of one call, as far as the bench looks. */
export interface LoggedCall {
  readonly legId: string;
  readonly callId: string | null;
  readonly state: string;
  readonly startedAt: string;
  readonly joinedAt: string | null;
  readonly termination: { readonly result: string; readonly reason: string } | null;
}

export interface BenchMeeting {
  readonly callId: string;
  readonly room: string;
}

export interface GatewayUnderTest {
  readonly pid: number;
  /** The SIP address of a user part: a call ID, or anything for the IVR. */
  target(user: string): string;
  makeMeeting(): Promise<BenchMeeting>;
  /** All calls of the log in this state, newest first. */
  calls(state: 'live' | 'ended'): Promise<readonly LoggedCall[]>;
  /** Resolves with how many calls are joined: `wanted`, or fewer after `withinMs`. */
  joined(wanted: number, withinMs: number): Promise<number>;
  /** Resolves when the log shows no live call; false after `withinMs`. */
  idle(withinMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

export const startGatewayUnderTest = async (
  livekit: TestLiveKitServer,
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayUnderTest> => {
  const gateway = await startGateway({ livekit, env: { RINGBRO_FIRST_MEETING: 'no', ...env } });
  const pid = gateway.child.pid;
  if (pid === undefined) throw new Error('the gateway has no process');

  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await gateway.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}`);
    return answer.body;
  };

  const calls = async (state: 'live' | 'ended') => {
    const found: LoggedCall[] = [];
    let cursor = '';
    do {
      const page = (await api('GET', `/api/calls?state=${state}&limit=500${cursor}`)) as {
        readonly items: readonly LoggedCall[];
        readonly nextCursor: string | null;
      };
      found.push(...page.items);
      cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`;
    } while (cursor !== '');
    return found;
  };

  /** Polls, seldom enough to be no load of its own. */
  const until = async (withinMs: number, isDone: () => Promise<boolean>): Promise<boolean> => {
    const giveUpAtMs = monotonicMs() + withinMs;
    for (;;) {
      if (await isDone()) return true;
      if (monotonicMs() > giveUpAtMs) return false;
      await wait(250);
    }
  };

  return {
    pid,
    target: (user) => `sip:${user}@127.0.0.1:${gateway.sipPort}`,
    makeMeeting: async () => (await api('POST', '/api/meetings', {})) as BenchMeeting,
    calls,
    async joined(wanted, withinMs) {
      let count = 0;
      await until(withinMs, async () => {
        const live = await calls('live');
        count = live.filter(({ state }) => state === 'joined').length;
        return count >= wanted;
      });
      return count;
    },
    idle: (withinMs) => until(withinMs, async () => (await calls('live')).length === 0),
    async stop() {
      await gateway.stop('SIGKILL');
      await gateway.forget();
    },
  };
};
