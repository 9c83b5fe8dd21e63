/** The terminal caller's encryption beside a telephone of others, suite by suite, judged on sound. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { steadyToneLevelDbfs } from '../../src/caller/heard.ts';
import { dial, type PhoneCall, type PhoneOptions } from '../../src/caller/phone.ts';
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts';
import { freePort } from './support/gateway-process.ts';
import { sine, sleep } from './support/meeting-stage.ts';

let authority: TestAuthority;
let phone: Baresip | undefined;
let caller: PhoneCall | undefined;
beforeAll(() => {
  authority = createTestAuthority();
});
afterEach(async () => {
  await caller?.close();
  await phone?.close();
});
afterAll(() => {
  authority.remove();
});

const call = async (
  mediaEncryption: BaresipOptions['mediaEncryption'],
  options: Pick<PhoneOptions, 'srtp' | 'suites'>,
) => {
  const port = await freePort();
  const from = 50_000 + 40 * Math.floor(Math.random() * 200);
  const answering = await startBaresip({
    target: port,
    transport: 'udp',
    mediaEncryption,
    authorityFile: authority.authorityFile,
    toneHz: 440,
    rtpPorts: `${from}-${from + 30}`,
  });
  phone = answering;
  for (let waited = 0; !answering.output().includes('ready') && waited < 5000; waited += 50) {
    await sleep(50);
  }
  const calling = await dial(`sip:phone@127.0.0.1:${port}`, {
    localAddress: '127.0.0.1',
    clock: processClock,
    log: silentLogger,
    ...options,
  });
  caller = calling;
  calling.sound.speak(sine(1000), { endless: true });
  expect(await calling.answer, answering.output()).toMatchObject({ answered: true });
  return { calling, answering };
};

const until = async (what: string, holds: () => boolean | Promise<boolean>) => {
  for (let waited = 0; waited < 15_000; waited += 100) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`waited in vain for ${what}\n${phone?.output() ?? ''}`);
};

const isHeardBothWays = async ({ calling, answering }: Awaited<ReturnType<typeof call>>) => {
  await until('its tone in our phone', () => {
    const heard = calling.sound.recorder.pcm().slice(-8000);
    return heard.length === 8000 && steadyToneLevelDbfs(heard, 440) > -20;
  });
  await until('our tone in baresip', async () => {
    const heard = await answering.lastHeard(1000);
    return heard.length === 8000 && steadyToneLevelDbfs(heard, 1000) > -26;
  });
};

describe('with keys in the SDP', () => {
  // AES_256_CM is not among baresip's.
  it.each([
    'AES_CM_128_HMAC_SHA1_80',
    'AES_CM_128_HMAC_SHA1_32',
    'AEAD_AES_128_GCM',
    'AEAD_AES_256_GCM',
  ] as const)('%s carries sound both ways', async (suite) => {
    const talk = await call('srtp-mand', { srtp: 'sdes', suites: [suite] });
    await isHeardBothWays(talk);
    expect(talk.calling.sound.suite()).toBe(suite);
  });
});

it('with keys by DTLS carries sound both ways, the handshake begun by the one or the other', async () => {
  const talk = await call('dtls_srtp', { srtp: 'dtls' });
  await isHeardBothWays(talk);
  expect(talk.calling.sound.suite()).toMatch(/^A/);
});
