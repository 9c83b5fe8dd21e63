/** Live calls that come, wait, talk, mute and go: in the store, and as events. */
import { asLegId, type LegId } from '../../src/call/identifiers.ts';
import type { EventType } from '../../src/call/gateway-event.ts';
import type { CallRecord, CallState } from '../../src/call/ports/call-records.ts';
import type { HttpFixture } from '../../test/http/http-fixture.ts';
import { callRecord, endedRecord } from '../../test/store/records.ts';

export interface Traffic {
  /** As many calls as were asked for. */
  fill(): Promise<void>;
  /** One thing happens. */
  step(): Promise<void>;
  /** How loud the callers are just now. */
  levels(): ReadonlyMap<LegId, number>;
}

/** Park and Miller's: the same traffic in every run. */
function createRandom(): () => number {
  let seed = 20_261_122;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

export function createTraffic({ store, events, clock }: HttpFixture, count: number): Traffic {
  const random = createRandom();
  const live = new Map<string, CallRecord>();
  let made = 0;

  const any = (): CallRecord | undefined => [...live.values()][Math.floor(random() * live.size)];
  const stateOf = (share: number): CallState =>
    share < 0.05 ? 'waiting' : share < 0.1 ? 'ivr' : 'joined';

  const tell = (type: EventType, record: CallRecord): void => {
    const { legId, state, from, startedAt, details } = record;
    events.publish({
      type,
      at: clock.now(),
      data: {
        legId,
        nodeId: record.nodeId,
        direction: record.direction,
        state,
        from: from ?? null,
        callId: null,
        supportCode: details.supportCode ?? null,
        startedAt: new Date(startedAt).toISOString(),
      },
    });
  };

  async function come(): Promise<CallRecord> {
    made += 1;
    const way = { packets: 1, lost: 0, lossPct: 0, jitterMs: 2, mos: 3 + 1.4 * random() };
    const record = callRecord(`bench-${made}`, {
      from: `+46•••••${String(made % 100).padStart(2, '0')}`,
      state: stateOf(random()),
      startedAt: clock.now() - Math.floor(random() * 3_600_000),
      details: { supportCode: String(100_000 + made) },
      quality: { up: way, down: way },
    });
    live.set(record.legId, record);
    await store.journal.begin(record);
    return record;
  }

  async function go(record: CallRecord): Promise<void> {
    live.delete(record.legId);
    tell('call.ended', record);
    await store.journal.end(endedRecord(record.legId));
  }

  function change(record: CallRecord, state: CallState): void {
    const next = { ...record, state };
    live.set(record.legId, next);
    store.journal.update(next);
    tell(state === 'waiting' ? 'call.waiting' : 'call.joined', next);
  }

  return {
    async fill() {
      while (live.size < count) await come();
    },
    async step() {
      const share = random();
      const record = any();
      if (record === undefined) return;
      if (share < 0.1) {
        await go(record);
        tell('call.ringing', await come());
      } else if (share < 0.2) change(record, record.state === 'waiting' ? 'joined' : 'waiting');
      else if (share < 0.3) tell(random() < 0.5 ? 'call.hand-raised' : 'call.hand-lowered', record);
      else tell(random() < 0.5 ? 'call.muted' : 'call.unmuted', record);
    },
    levels: () =>
      new Map([...live.keys()].map((legId) => [asLegId(legId), -Math.round(random() * 60)])),
  };
}
