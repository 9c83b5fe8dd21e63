/** What an operator sees of calls on drachtio and FreeSWITCH: their sound, their messages, a trace. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disposeWitnesses } from '../support/witness.ts';
import { enginesUnderTest } from './support/engines.ts';
import { apiKey } from './support/gateway-process.ts';
import { createMeetingStage, sine, type MeetingStage } from './support/meeting-stage.ts';

interface Way {
  readonly lost: number;
  readonly lossPct: number;
  readonly mos: number;
}
interface Shown {
  readonly quality: {
    readonly up: Way;
    readonly toRoom: Way | null;
    readonly fromRoom: Way | null;
    readonly roomRoundTripMs: number | null;
    readonly series: readonly { readonly up?: { readonly mos: number } }[];
  } | null;
  readonly timeline: readonly {
    readonly event: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }[];
}
interface Trace {
  readonly traceId: string;
  readonly state: string;
  readonly packets: number;
}

const drachtio = enginesUnderTest.find(({ name }) => name === 'drachtio');
const missing = drachtio?.missing ?? (drachtio === undefined ? 'unknown' : undefined);

afterAll(() => disposeWitnesses());

describe.skipIf(missing !== undefined)(
  `a call on drachtio, looked at${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let stage: MeetingStage;
    beforeAll(async () => {
      stage = await createMeetingStage(
        { ...drachtio?.env, RINGBRO_QUALITY_WINDOW_S: '2', RINGBRO_RING_MS: '0' },
        drachtio?.sipPort,
      );
    });
    afterAll(() => stage.close());

    const api = (method: string, path: string, body?: unknown) =>
      stage.gateway.api(method, path, body);
    const shown = async (legId: string): Promise<Shown> =>
      (await api('GET', `/api/calls/${legId}`)).body as Shown;
    const ladderOf = async (legId: string) => {
      const { body } = await api('GET', `/api/calls/${legId}/ladder`);
      const { items } = body as { items: { direction: string; what: string }[] };
      return items.map(({ direction, what }) => `${direction} ${what}`);
    };

    it('tells its quality live in four ways, how loud it is, its messages and their trace', async () => {
      const asked = await api('POST', '/api/traces', { number: '+46701234567', minutes: 5 });
      expect(asked.status).toBe(201);
      const { traceId } = asked.body as Trace;
      const meeting = await stage.meeting();
      const witness = await stage.witness(meeting);
      await witness.playTone(1000, -20);
      const caller = await stage.joined(meeting);
      const legId = (await stage.calls('joined'))[0]?.legId ?? '';
      caller.sound.speak(sine(440), { endless: true });
      caller.sound.lose(0.2);
      const line = (name: string, way?: string) =>
        stage.until(`${name} ${way ?? ''}`, async () =>
          (await shown(legId)).timeline.find(
            ({ event, fields }) => event === name && fields?.['way'] === way,
          ),
        );
      // What the caller's network loses, FreeSWITCH counts: the worker has it from FreeSWITCH.
      await line('quality-poor', 'up');
      const live = await stage.until('the room’s ways', async () => {
        const { quality } = await shown(legId);
        return quality?.toRoom && quality.fromRoom && quality.roomRoundTripMs !== null
          ? quality
          : undefined;
      });
      expect(live.up.lossPct).toBeGreaterThan(2);
      expect(live.fromRoom?.mos).toBeGreaterThan(3.5);
      // FreeSWITCH bridges after its last word: until then the worker has silence.
      await stage.until('a loud caller', async () => {
        const { body } = await api('GET', '/api/levels');
        const { levels } = body as { levels: Record<string, number> };
        return (levels[legId] ?? -127) > -20;
      });

      caller.sound.lose(0);
      caller.sound.hush();
      expect((await line('not-heard')).fields).toEqual({ why: 'silence' });

      const trace = await stage.until('sound in the trace', async () => {
        const { items } = (await api('GET', '/api/traces')).body as { items: Trace[] };
        const found = items.find((each) => each.traceId === traceId);
        return found !== undefined && found.packets > 60 ? found : undefined;
      });
      expect(trace.state).toBe('on');
      // The caller's messages alone: FreeSWITCH's are nobody's but ours.
      const beginning = ['in INVITE', 'out 180', 'out 200', 'in ACK'];
      expect(await ladderOf(legId)).toEqual(beginning);
      caller.hangUp();
      const kept = await stage.until('the record of the end', async () =>
        (await stage.calls('ended')).some((call) => call.legId === legId)
          ? shown(legId)
          : undefined,
      );
      expect(kept.quality?.up.lost).toBeGreaterThan(5);
      expect(kept.quality?.series.length).toBeGreaterThan(0);
      // Its answer may be missing.
      expect((await ladderOf(legId)).slice(0, 5)).toEqual([...beginning, 'in BYE']);

      const file = await fetch(`${stage.gateway.httpUrl}/api/traces/${traceId}.pcap`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      const bytes = Buffer.from(await file.arrayBuffer()).toString('latin1');
      expect(bytes).toContain('SIP/2.0 200 OK');
      expect(bytes).not.toContain('701234567');
      expect(bytes).not.toContain('drachtio@');
    });
  },
);
