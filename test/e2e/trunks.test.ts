/** Trunks on the wire: SIPp as provider, a settings file that changes while somebody talks. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { enginesUnderTest } from './support/engines.ts';
import { freePort } from './support/gateway-process.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';
import { runSipp, serveSipp, type SippServer } from './support/sipp.ts';

/** Each provider has a loopback address of its own. */
const registrarAddress = '127.0.0.2';
const carrierAddress = '127.0.0.3';
const elsewhere = '127.0.0.4';

const phones = {
  name: 'phones',
  addresses: ['127.0.0.1'],
  numbers: { '+46480445511': 'sv' },
};
const carrier = {
  name: 'carrier',
  addresses: [`${carrierAddress}/32`],
  numbers: { '+46480445512': 'en' },
};
const roaming = {
  name: 'roaming',
  credentials: { user: 'telia', password: { env: 'TELIA_PASSWORD' } },
  numbers: { '+46480445513': 'sv' },
};
const registering = (port: number, transport: 'udp' | 'tcp' = 'udp') => ({
  name: `registering-${transport}`,
  register: {
    registrar: `sip:${registrarAddress}:${port};transport=${transport}`,
    account: '4589100000',
    user: 'user-1',
    password: { file: 'registrar-password' },
  },
  numbers: { '+4589100000': 'da' },
});

const registrarScenario = 'trunk/uas-registrar-expect-unregister';

for (const engine of enginesUnderTest) {
  const skipped = engine.missing === undefined ? '' : ` (skipped: ${engine.missing})`;
  describe.skipIf(engine.missing !== undefined)(`trunks, ${engine.name} engine${skipped}`, () => {
    let folder: TemporaryFolder;
    let registrars: readonly SippServer[];
    let registrarPort: number;
    let stage: MeetingStage;

    const write = (trunks: readonly object[]) =>
      writeFile(
        join(folder.path, 'trunks.json'),
        // SIPp 3.6 knows MD5 alone.
        JSON.stringify({ digest: { algorithms: ['MD5'] }, trunks }),
      );
    const registrations = () => [registering(registrarPort), registering(registrarPort, 'tcp')];
    const everything = () => [phones, carrier, roaming, ...registrations()];
    const sipp = (scenario: string, localAddress: string, service: string) =>
      runSipp(`trunk/${scenario}`, {
        sipPort: engine.sipPort ?? stage.gateway.sipPort,
        localAddress,
        service,
      });
    const health = async (): Promise<Record<string, string>> => {
      const { body } = await stage.gateway.api('GET', '/health/ready');
      return (body as { trunks: Record<string, string> }).trunks;
    };
    /** Whether a call from 127.0.0.1 gets through just now; hangs up at once. */
    const answersPhones = async (): Promise<boolean> => {
      const call = await stage.phone();
      const { answered } = await call.answer;
      await call.close();
      return answered;
    };

    beforeAll(async () => {
      folder = await temporaryFolder();
      registrarPort = await freePort();
      await writeFile(join(folder.path, 'registrar-password'), 'hemlig\n');
      await write(everything());
      registrars = (['u1', 't1'] as const).map((transport) =>
        serveSipp(registrarScenario, registrarAddress, registrarPort, transport),
      );
      stage = await createMeetingStage(
        {
          RINGBRO_TRUNKS: join(folder.path, 'trunks.json'),
          TELIA_PASSWORD: 'hemligt',
          RINGBRO_RING_MS: '100',
          ...engine.env,
        },
        engine.sipPort,
      );
    });

    afterAll(async () => {
      for (const registrar of registrars) registrar.stop();
      // The gateway has stopped: nobody is left to ask for live calls.
      await stage.gateway.forget();
      await stage.livekit.close();
      await folder.remove();
    });

    describe('a provider', () => {
      it('with which we register sends its calls to our Contact', async () => {
        await stage.until('the registrations, by UDP and by TCP', async () => {
          const shown = await health();
          return shown['registering-udp'] === 'up' && shown['registering-tcp'] === 'up'
            ? true
            : undefined;
        });
        const scenario = 'uac-to-registered-contact-expect-200';
        const result = await sipp(scenario, registrarAddress, '+4589100000');
        expect(result.ok, result.errors).toBe(true);
      });

      it.each([
        ['uac-digest-expect-200', elsewhere, '+46480445513'],
        ['uac-wrong-password-expect-401', elsewhere, '+46480445513'],
        ['uac-carrier-demands-expect-200', carrierAddress, '+46480445512'],
      ])('plays %s', async (scenario, address, number) => {
        const result = await sipp(scenario, address, number);
        expect(result.ok, result.errors).toBe(true);
      });
    });

    it('the record says by which trunk a call came', async () => {
      const result = await sipp('uac-digest-expect-200', elsewhere, '+46480445513');
      const call = await stage.until('the record', async () =>
        (await stage.calls('ended')).find(({ sipCallId }) => sipCallId === result.sipCallId),
      );
      const { body } = await stage.gateway.api('GET', `/api/calls/${call.legId}`);
      const { timeline } = body as { timeline: { event: string }[] };
      expect(timeline[0]).toMatchObject({ event: 'arrived', fields: { trunk: 'roaming' } });
    });

    describe('new settings', () => {
      it('refuse calls of a trunk that is no more, and leave its live call alone', async () => {
        const meeting = await stage.meeting();
        const call = await stage.joined(meeting);
        // No credentials any more either, so that a foreign source is refused and not challenged.
        await write([carrier, ...registrations()]);
        await stage.until('the new settings', async () =>
          (await health())['phones'] === undefined ? true : undefined,
        );
        const refused = await sipp('uac-foreign-source-expect-403', '127.0.0.1', '+46480445511');
        expect(refused.ok, refused.errors).toBe(true);
        expect(await stage.calls('joined')).toHaveLength(1);

        await write(everything());
        await stage.until('the old settings again', async () =>
          (await answersPhones()) ? true : undefined,
        );
        expect(await stage.calls('joined')).toHaveLength(1);
        await call.close();
      });

      it('that limit a trunk count the calls that are live already', async () => {
        const call = await stage.phone();
        expect((await call.answer).answered).toBe(true);
        await write([{ ...phones, limits: { calls: 1 } }, carrier, ...registrations()]);
        stage.gateway.child.kill('SIGHUP');
        await stage.until('the limit', async () =>
          (await sipp('uac-over-limit-expect-486', '127.0.0.1', '+46480445511')).ok
            ? true
            : undefined,
        );
        await call.close();
        await stage.until('room for a call', async () =>
          (await answersPhones()) ? true : undefined,
        );
      });

      it('that are wrong are reported with their places, and the old ones stay', async () => {
        await write([{ ...phones, codecs: ['G729'] }, { name: 'empty' }]);
        const said = await stage.until('the report', () =>
          stage.gateway
            .output()
            .split('\n')
            .find((line) => line.includes('the old ones stay in force')),
        );
        expect(said).toContain('trunks[0].codecs[0]');
        expect(said).toContain('trunks[1]');
        expect(await answersPhones()).toBe(true);
        await write(everything());
      });
    });

    it('at the end the registrations are taken back, and no secret was logged', async () => {
      await stage.clear();
      await stage.gateway.stop();
      for (const registrar of registrars) {
        const { ok, errors } = await registrar.result;
        expect(ok, errors).toBe(true);
      }
      for (const secret of ['hemlig', '46480445511', '4589100000'])
        expect(stage.gateway.output().split('ready for calls')[1]).not.toContain(secret);
    });
  });
}
