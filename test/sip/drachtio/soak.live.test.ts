/**
 * Five hundred calls on real servers, each ended by one side at a step drawn by lot, and not when
 * that step is done but while it is being done. Whatever it met, nothing may be left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { dial, type PhoneCall } from '../../../src/caller/phone.ts';
import { asRoomName } from '../../../src/call/identifiers.ts';
import type { CallLeg, LegEvent } from '../../../src/call/ports/sip-engine.ts';
import { processClock } from '../../../src/process-clock.ts';
import { startLiveKitServer } from '../../support/livekit-server.ts';
import { gaugesUntil, silentLog, until } from '../../support/media-calls.ts';
import { seededRandom } from '../../support/sounds.ts';
import {
  areServersNamed,
  createLiveEngine,
  openTestMedia,
  sipTarget,
  whyNot,
} from './live-servers.ts';

const calls = Number(process.env.RINGBRO_TEST_SOAK_CALLS ?? 500);
const atOnce = 12;

interface Met {
  readonly phone: PhoneCall;
  readonly leg: CallLeg;
}
type Step = (met: Met, number: number) => Promise<unknown>;

const settled = async (promise: Promise<unknown>): Promise<void> => {
  await Promise.race([promise.catch(() => undefined), sleep(3_000, undefined, { ref: false })]);
};
const steps: readonly (readonly [string, Step])[] = [
  ['invited', async () => undefined],
  [
    'ringing',
    async ({ leg }) => {
      leg.ring();
    },
  ],
  ['answering', ({ leg }) => leg.answer()],
  ['answered', ({ phone }) => phone.answer],
  [
    'playing',
    async ({ leg }) => {
      leg.play({
        utteranceId: 1,
        phrases: [],
        sounds: [{ kind: 'prompt', language: 'sv', file: 'help.wav' }],
      });
      await sleep(50);
    },
  ],
  [
    'stopping',
    async ({ leg, phone }) => {
      leg.stopPlaying();
      await phone.press('1');
    },
  ],
  [
    'joining',
    ({ leg }, number) =>
      leg.join({
        room: asRoomName(`soak-${number % 7}`),
        identity: `ringbro:soak:${number}`,
        name: 'Phone',
        attributes: {},
        muted: false,
      }),
  ],
  ['holding', ({ phone }) => phone.setHold(true)],
  ['resuming', ({ phone }) => phone.setHold(false)],
  ['leaving', ({ leg }) => leg.leaveRoom()],
  [
    'playing again',
    async ({ leg }) => {
      leg.play({
        utteranceId: 2,
        phrases: [],
        sounds: [{ kind: 'tone', hz: 440, ms: 100, levelDbm0: -20 }],
      });
    },
  ],
];

it.skipIf(!areServersNamed)(
  `${calls} calls that end at every step leave no dialog, endpoint or listener${whyNot}`,
  async () => {
    const livekit = await startLiveKitServer();
    const media = await openTestMedia(livekit);
    const engine = createLiveEngine(media);
    const arrived = new Map<string, CallLeg>();
    await engine.start((leg) => {
      arrived.set(leg.invitation.callerNumber ?? '', leg);
    });
    const random = seededRandom(20_261_122);
    const ends: Record<string, number> = {};
    const wrong: string[] = [];

    const one = async (number: number): Promise<void> => {
      const last = Math.floor(random() * steps.length);
      const byCaller = random() < 0.5;
      const lingerMs = random() * 60;
      const from = `+4670${String(number).padStart(7, '0')}`;
      const phone = await dial(sipTarget(engine, '+46480445511'), {
        localAddress: '127.0.0.1',
        clock: processClock,
        log: silentLog,
        number: from,
      });
      await until(() => arrived.has(from));
      const leg = arrived.get(from)!;
      const events: LegEvent[] = [];
      leg.onEvent((event) => events.push(event));
      for (const [, step] of steps.slice(0, last)) await settled(step({ phone, leg }, number));
      const [name, step] = steps[last]!;
      const doing = settled(step({ phone, leg }, number));
      await sleep(lingerMs);
      if (byCaller) phone.hangUp();
      else leg.hangUp();
      await doing;
      await until(() => events.some(({ type }) => type === 'ended'), 40_000);
      const causes = events.flatMap((event) => (event.type === 'ended' ? [event.cause] : []));
      if (causes.length !== 1) wrong.push(`${name}: ended ${causes.length} times`);
      const cause = `${causes[0]?.by ?? 'nobody'} ${causes[0]?.how ?? ''}`;
      ends[cause] = (ends[cause] ?? 0) + 1;
      await phone.close();
    };

    let next = 0;
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < calls) await one(next++);
      }),
    );
    const tookS = (performance.now() - startedAt) / 1000;
    console.log({ ends, tookS: Math.round(tookS), wrong });
    await until(() => Object.values(engine.gauges()).every((figure) => figure === 0), 45_000);
    expect(wrong).toEqual([]);
    expect(engine.gauges()).toEqual({
      legs: 0,
      dialogs: 0,
      endpoints: 0,
      eventSockets: 0,
      listeners: 0,
    });
    expect(await gaugesUntil(media, { legs: 0 })).toEqual({ legs: 0 });
    await engine.close();
    await media.close();
    await livekit.close();
  },
  600_000,
);
