/** Every scenario in `scenarios/` against a whole gateway and a real livekit-server: the wire, and what is written of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLiveKitServer, type TestLiveKitServer } from '../support/livekit-server.ts';
import { enginesUnderTest } from './support/engines.ts';
import { startGateway, type GatewayProcess } from './support/gateway-process.ts';
import { runSipp, scenarioNames, type SippResult } from './support/sipp.ts';

const callId = '142536475';
const publishedNumber = '+46480445511';

/** The record each scenario must leave: reason of the end, or undefined where no call is recorded. */
const endOf: Readonly<Record<string, string | undefined>> = {
  'uac-cancel-while-ringing-expect-487': 'cancelled',
  'uac-direct-call-id-expect-joined': 'hung-up',
  'uac-early-digits-expect-joined': 'hung-up',
  'uac-hangup-in-ivr-expect-200': 'hung-up-in-ivr',
  'uac-hangup-in-room-expect-200': 'hung-up',
  'uac-happy-path-expect-joined': 'hung-up',
  'uac-hold-and-resume-expect-joined': 'hung-up',
  'uac-info-digits-expect-joined': 'hung-up',
  'uac-late-offer-expect-joined': 'hung-up',
  'uac-lost-200-expect-retransmission': 'hung-up-in-ivr',
  'uac-lost-ack-expect-bye': 'no-ack',
  'uac-no-common-codec-expect-488': 'no-common-codec',
  'uac-options-expect-200': undefined,
  'uac-repeated-invite-expect-one-call': 'hung-up-in-ivr',
  'uac-room-picture-by-reinvite-expect-joined': 'hung-up',
  'uac-unknown-number-expect-404': undefined,
  'uac-wrong-id-three-times-expect-bye': 'wrong-id',
};

interface ListedCall {
  readonly state: string;
  readonly sipCallId: string;
  readonly joinedAt: string | null;
  readonly termination: { readonly reason: string } | null;
}

for (const engine of enginesUnderTest) {
  const skipped = engine.missing === undefined ? '' : ` (skipped: ${engine.missing})`;
  describe.skipIf(engine.missing !== undefined)(
    `the SIPp scenarios, ${engine.name} engine${skipped}`,
    () => {
      let livekit: TestLiveKitServer;
      let gateway: GatewayProcess;
      let sipPort: number;

      const endedCalls = async (): Promise<ListedCall[]> => {
        const { body } = await gateway.api('GET', '/api/calls?state=ended&limit=100');
        return (body as { items: ListedCall[] }).items;
      };

      beforeAll(async () => {
        livekit = await startLiveKitServer();
        gateway = await startGateway({
          livekit,
          env: { RINGBRO_NUMBERS: `${publishedNumber}=sv`, RINGBRO_RING_MS: '300', ...engine.env },
        });
        sipPort = engine.sipPort ?? gateway.sipPort;
        const { status } = await gateway.api('POST', '/api/meetings', { callId });
        expect(status).toBe(201);
      });

      afterAll(async () => {
        await gateway.forget();
        await livekit.close();
      });

      it('are all named here with their ends', async () => {
        expect(await scenarioNames()).toEqual(Object.keys(endOf).sort());
      });

      // All at once: each is one call, and the long waits (a lost ACK takes 32 s) pass side by side.
      const results = new Map<string, Promise<SippResult>>();
      beforeAll(() => {
        let port = 0;
        for (const name of Object.keys(endOf)) {
          port += 1;
          results.set(name, runSipp(name, { sipPort, service: publishedNumber, mediaSlot: port }));
        }
      });

      for (const [name, reason] of Object.entries(endOf)) {
        it(`${name} goes as its name says${reason === undefined ? ', and leaves no record' : `, recorded as ${reason}`}`, async () => {
          const result = await results.get(name);
          expect(result?.ok, result?.errors).toBe(true);
          const records = await expect
            .poll(
              async () =>
                (await endedCalls()).filter((call) => call.sipCallId === result?.sipCallId),
              {
                timeout: 5000,
              },
            )
            .toHaveLength(reason === undefined ? 0 : 1)
            .then(endedCalls);
          const record = records.find((call) => call.sipCallId === result?.sipCallId);
          expect(record?.termination?.reason).toBe(reason);
          if (name.endsWith('expect-joined')) expect(record?.joinedAt).not.toBeNull();
        });
      }

      it('leave nothing behind: no live call, no participant', async () => {
        await Promise.all(results.values());
        await expect
          .poll(
            async () =>
              ((await gateway.api('GET', '/api/calls?state=live')).body as { items: unknown[] })
                .items,
          )
          .toEqual([]);
      });
    },
  );
}
