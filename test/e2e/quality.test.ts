/** The sound of real calls, measured: what is lost is told, on which way, and that nothing is heard. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disposeWitnesses } from '../support/witness.ts';
import { createMeetingStage, sine, type MeetingStage } from './support/meeting-stage.ts';

interface Way {
  readonly packets: number;
  readonly lost: number;
  readonly lossPct: number;
  readonly mos: number;
}
interface Shown {
  readonly quality: {
    readonly up: Way;
    readonly toRoom: Way | null;
    readonly fromRoom: Way | null;
    readonly down: Way | null;
    readonly roomRoundTripMs: number | null;
    readonly series: readonly { readonly at: string; readonly up?: { readonly mos: number } }[];
  } | null;
  readonly timeline: readonly {
    readonly event: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }[];
}

afterAll(() => disposeWitnesses());

describe('the quality of a call', () => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage({ RINGBRO_QUALITY_WINDOW_S: '2' });
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  const only = async (state: 'joined' | 'ended'): Promise<string> =>
    (await stage.calls(state))[0]?.legId ?? '';
  const shown = async (legId: string): Promise<Shown> =>
    (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as Shown;

  it('is told live in its four ways, and kept', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    const caller = await stage.joined(meeting);
    const legId = await only('joined');
    caller.sound.speak(sine(440), { endless: true });
    caller.sound.lose(0.2);
    const live = await stage.until('the loss to be told', async () => {
      const call = await shown(legId);
      const poor = call.timeline.some(
        ({ event, fields }) => event === 'quality-poor' && fields?.['way'] === 'up',
      );
      const { quality } = call;
      const isWhole = quality?.toRoom && quality.fromRoom && quality.roomRoundTripMs !== null;
      return poor && isWhole ? quality : undefined;
    });
    expect(live.up.lossPct).toBeGreaterThan(2);
    // What the caller's network loses is missing in the room, and nowhere else.
    expect(live.toRoom?.lossPct).toBeGreaterThan(2);
    expect(live.fromRoom?.lossPct).toBeLessThan(2);
    expect(live.fromRoom?.mos).toBeGreaterThan(3.5);
    expect(live.roomRoundTripMs).toBeLessThan(1_000);

    const levels = await stage.gateway.api('GET', '/api/levels');
    expect((levels.body as { levels: Record<string, number> }).levels[legId]).toBeGreaterThan(-20);

    caller.hangUp();
    const kept = await stage.until('the record of the end', async () => {
      const ended = (await stage.calls('ended')).some((call) => call.legId === legId);
      return ended ? shown(legId) : undefined;
    });
    expect(kept.quality?.up.lost).toBeGreaterThan(5);
    expect(kept.quality?.series.length).toBeGreaterThan(0);
  });

  it('says that nothing is heard of a caller who sends nothing but silence, and that there is sound again', async () => {
    const meeting = await stage.meeting();
    const caller = await stage.joined(meeting);
    const legId = await only('joined');
    const line = (name: string) =>
      stage.until(name, async () =>
        (await shown(legId)).timeline.find(({ event }) => event === name),
      );
    expect((await line('not-heard')).fields).toEqual({ why: 'silence' });
    caller.sound.speak(sine(440), { endless: true });
    await line('heard-again');
  });
});
