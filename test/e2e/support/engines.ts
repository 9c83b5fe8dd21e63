/** The engines that a whole gateway is tried on: drachtio where the environment names servers. */
import { resolve } from 'node:path';

export interface EngineUnderTest {
  readonly name: string;
  /** Settings of the gateway. */
  readonly env: Readonly<Record<string, string>>;
  /** Where calls are placed; undefined: the gateway's own SIP port. */
  readonly sipPort: number | undefined;
  /** Why it cannot be tried here. */
  readonly missing: string | undefined;
}

const { RINGBRO_TEST_DRACHTIO: drachtio, RINGBRO_TEST_FREESWITCH: freeSwitch } = process.env;

export const enginesUnderTest: readonly EngineUnderTest[] = [
  { name: 'embedded', env: {}, sipPort: undefined, missing: undefined },
  {
    name: 'drachtio',
    env: {
      RINGBRO_ENGINE: 'drachtio',
      RINGBRO_DRACHTIO: drachtio ?? '',
      RINGBRO_DRACHTIO_SECRET: process.env['RINGBRO_TEST_DRACHTIO_SECRET'] ?? 'cymru',
      RINGBRO_FREESWITCH: freeSwitch ?? '',
      RINGBRO_FREESWITCH_SECRET: process.env['RINGBRO_TEST_FREESWITCH_SECRET'] ?? 'ClueCon',
      RINGBRO_FREESWITCH_PROMPTS:
        process.env['RINGBRO_TEST_FREESWITCH_PROMPTS'] ?? resolve('prompts'),
    },
    sipPort: Number(process.env['RINGBRO_TEST_DRACHTIO_SIP_PORT'] ?? 5060),
    missing:
      drachtio === undefined || freeSwitch === undefined
        ? 'RINGBRO_TEST_DRACHTIO and RINGBRO_TEST_FREESWITCH name no servers'
        : undefined,
  },
];
