/** What a newcomer does: `npm start` with nothing set, then `npm run call`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type GatewayProcess } from './support/gateway-process.ts';
import { sleep } from './support/meeting-stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const run = async (
  script: string,
  ...args: readonly string[]
): Promise<{ code: number | null; output: string }> => {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output };
};

describe('a first start', () => {
  let gateway: GatewayProcess;
  /** Begun first, since nobody answers for half a minute (Timer B, RFC 3261 §17.1.1.2). */
  let notThere: ReturnType<typeof run>;
  beforeAll(async () => {
    notThere = run('src/caller/main.ts', '123456789', '--to', 'sip:x@127.0.0.1:9');
    // No LIVEKIT_URL: ringbro runs a livekit-server of its own.
    gateway = await startGateway({ readyWithinMs: 60_000 });
    while (callId() === '') await sleep(20);
  });
  afterAll(() => gateway.forget());

  const callId = () => /npm run call -- (\d{9})/.exec(gateway.output())?.[1] ?? '';

  it('prints where to dial, the first call ID, the API, the call log and how to open up', async () => {
    expect(callId()).toMatch(/^[1-9]\d{8}$/);
    const printed = gateway.output();
    for (const part of [
      `sip:127.0.0.1:${gateway.sipPort}`,
      `${callId().slice(0, 3)} ${callId().slice(3, 6)} ${callId().slice(6)}`,
      `${gateway.httpUrl}/api/docs`,
      `${gateway.httpUrl}/api/calls`,
      'RINGBRO_SIP_ADDRESS=0.0.0.0',
    ]) {
      expect(printed).toContain(part);
    }
    expect((await fetch(`${gateway.httpUrl}/api/docs`)).status).toBe(200);
  });

  it('is called from the terminal, which reports what it heard; two callers hear each other', async () => {
    const to = `sip:ringbro@127.0.0.1:${gateway.sipPort}`;
    const before = gateway.output().length;
    const [first, second] = await Promise.all([
      run('src/caller/main.ts', callId(), '--to', to, '--seconds', '14'),
      run('src/caller/main.ts', callId(), '--to', to, '--seconds', '14', '--law', 'PCMU', '--tcp'),
    ]);
    for (const { code, output } of [first, second]) {
      expect(code, output).toBe(0);
      expect(output).toMatch(/answered +after \d+ ms/);
      expect(output).toContain('sv/enter-id.wav');
      expect(output).toContain('sv/admitted.wav');
      expect(output).toMatch(/the room +sound for [\d.]+ s/);
      expect(output).toContain('ended      we hung up');
    }
    const printed = gateway.output().slice(before);
    expect(printed.match(/comes in/g)).toHaveLength(2);
    expect(printed.match(/joins the meeting/g)).toHaveLength(2);
    expect(printed.match(/call \S+ ends/g)).toHaveLength(2);
  });

  it('tells the terminal caller of a number that is not there', async () => {
    const { code, output } = await notThere;
    expect(code).toBe(1);
    expect(output).toContain('not answered');
  });
});

describe('a start that cannot be', () => {
  it('names every wrong setting at once and exits', async () => {
    await expect(
      startGateway({ env: { RINGBRO_WORKERS: 'many', RINGBRO_TIMEZONE: 'Mars' } }),
    ).rejects.toThrow(/RINGBRO_WORKERS[\s\S]*RINGBRO_TIMEZONE/);
  });

  it('names the ways to a LiveKit server where there is neither one nor Go', async () => {
    await expect(startGateway({ env: { PATH: '/nowhere' } })).rejects.toThrow(/LIVEKIT_URL/);
  });

  it('says so when another process uses the data folder', async () => {
    const gateway = await startGateway({ readyWithinMs: 60_000 });
    await expect(startGateway({ dataDir: gateway.dataDir })).rejects.toThrow(/can't start/);
    await gateway.forget();
  });
});
