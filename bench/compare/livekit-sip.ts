/**
 * livekit-sip as a compared gateway: its program, a livekit-server, and the Redis by which they
 * find each other, all on loopback and all of this run's own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SipClient } from 'livekit-server-sdk';
import { findLiveKitServer } from '../../src/bridge/room/livekit-binary.ts';
import { freeLiveKitPorts, liveKitConfig, loopback } from '../../src/bridge/room/livekit-config.ts';
import { freePort } from '../../test/e2e/support/gateway-process.ts';
import type { ComparedGateway } from './load.ts';

const numberOf = (room: number): string => `+46480${String(100_000 + room)}`;

const answersOn = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = connect(port, loopback);
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => {
      answer(false);
    });
  });

async function untilItAnswers(what: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await answersOn(port)) return;
    await wait(50);
  }
  throw new Error(`${what} did not start`);
}

/** `program`: livekit-sip's own. Rejects where a part of it does not start. */
export async function startLiveKitSip(program: string, rooms: number): Promise<ComparedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-compare-'));
  const children: ChildProcess[] = [];
  const start = (file: string, args: readonly string[]): ChildProcess => {
    const child = spawn(file, args, { cwd: folder, stdio: 'ignore' });
    child.on('error', () => undefined);
    children.push(child);
    return child;
  };
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.pid === undefined) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const server = await findLiveKitServer({ binDir: resolve('.cache/bin') });
    if (server === undefined)
      throw new Error('no livekit-server: run node test/support/prepare.ts');
    const [redisPort, sipPort, healthPort] = [await freePort(), await freePort(), await freePort()];
    const ports = await freeLiveKitPorts({ usualPort: false });
    const keys = { apiKey: 'compare', apiSecret: randomBytes(32).toString('hex') };
    const redis = { address: `${loopback}:${redisPort}` };
    start('redis-server', ['--port', String(redisPort), '--bind', loopback, '--save', '']);
    await untilItAnswers('redis-server', redisPort);

    const plain = JSON.parse(liveKitConfig(ports, keys)) as object;
    await writeFile(join(folder, 'livekit.yaml'), JSON.stringify({ ...plain, redis }));
    start(server, ['--config', 'livekit.yaml']);
    await untilItAnswers('livekit-server', ports.http);

    const settings = {
      ...{ api_key: keys.apiKey, api_secret: keys.apiSecret, redis },
      ws_url: `ws://${loopback}:${ports.http}`,
      ...{ sip_port: sipPort, listen_ip: loopback, nat_1_to_1_ip: loopback },
      ...{ rtp_port: '40000-49999', health_port: healthPort, logging: { level: 'error' } },
      // Its own guard against load would refuse the callers whose cost is to be seen.
      max_cpu_utilization: 1,
    };
    await writeFile(join(folder, 'sip.yaml'), JSON.stringify(settings));
    const sip = start(program, ['--config', 'sip.yaml']);
    if (sip.pid === undefined) throw new Error(`${program} did not start`);
    await untilItAnswers('livekit-sip', healthPort);

    const client = new SipClient(`http://${loopback}:${ports.http}`, keys.apiKey, keys.apiSecret);
    await client.createSipInboundTrunk('compare', [], { allowedAddresses: [loopback] });
    await client.createSipDispatchRule({ type: 'callee', roomPrefix: 'room-' });
    const targets = Array.from(
      { length: rooms },
      (_, room) => `sip:${numberOf(room)}@${loopback}:${sipPort}`,
    );
    return { name: 'livekit-sip', pid: sip.pid, targets, close };
  } catch (error) {
    await close();
    throw error;
  }
}
