import { expect, test } from 'vitest';
import type { CallCore } from '../../src/call/call-core.ts';
import { asLegId, asSipCallId } from '../../src/call/identifiers.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import { createTracing } from '../../src/trace/tracing.ts';
import { traceSound } from '../../src/wiring/open-tracing.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createFakeMediaBridge } from '../support/fake-media-bridge.ts';

const leg = { legId: asLegId('leg'), sipCallId: asSipCallId('a') };

test('a traced call’s sound is traced from its answer until the trace is over, also where the call ended first', async () => {
  const clock = createManualClock();
  const tracing = createTracing({ clock });
  const asked: string[] = [];
  let onChange: Parameters<CallCore['onChange']>[0] = () => undefined;
  traceSound({
    tracing,
    media: {
      ...createFakeMediaBridge(),
      trace: (legId, on) => asked.push(`${legId} ${on ? 'on' : 'off'}`),
    },
    core: {
      list: () => [],
      onChange: (listener) => {
        onChange = listener;
        return () => undefined;
      },
    },
  });
  const change = (more: Partial<CallRecord>): void => {
    onChange({ record: { ...leg, ...more } as CallRecord });
  };
  tracing.begin({ sipCallId: leg.sipCallId }, 1);
  change({ state: 'ringing', answeredAt: undefined });
  expect(asked).toEqual([]);
  change({ state: 'ivr', answeredAt: 1 });
  change({ state: 'joined', answeredAt: 1 });
  change({ state: 'ended', answeredAt: 1 });
  expect(asked).toEqual(['leg on']);
  await clock.advance(60_000);
  expect(asked).toEqual(['leg on', 'leg off']);
  tracing.close();
});
