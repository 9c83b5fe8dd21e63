/**
 * Many callers in one process: one SIP user agent, one clock, a UDP socket a caller. Runs as a
 * process of its own, so that its work is not taken for the gateway's, and does what the requests
 * of farm-protocol.ts ask.
 */
import { createDtlsIdentity } from '../../src/bridge/rtp/dtls-engine.ts';
import type { DtlsIdentity } from '../../src/bridge/rtp/dtls-identity.ts';
import { createSipUserAgent } from '../../src/sip/embedded/user-agent.ts';
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { placeCall, type FarmCall } from './farm-call.ts';
import type {
  FarmAnswer,
  FarmAsk,
  FarmReport,
  FarmRequestName,
  FarmRequests,
  VoiceChoice,
} from './farm-protocol.ts';
import { createLineClock } from './line-clock.ts';
import { monotonicMs } from './monotonic.ts';
import { startUdpLoad } from './udp-load.ts';
import { loadSpeech, toneVoice, type Voice } from './voice.ts';

const localAddress = '127.0.0.1';

type Handlers = {
  readonly [Name in FarmRequestName]: (
    ask: FarmRequests[Name]['ask'],
  ) => Promise<FarmRequests[Name]['answer']>;
};

const createFarm = async (): Promise<Handlers> => {
  const clock = createLineClock(monotonicMs);
  const speech = await loadSpeech();
  const tones = new Map<string, Voice>();
  const agent = createSipUserAgent({
    listen: [{ transport: 'udp', address: localAddress, port: 0 }],
    clock: processClock,
    log: silentLogger,
    userAgentName: 'ringbro-bench',
  });
  await agent.start();
  const calls = new Map<string, FarmCall>();
  let placed = 0;
  let identity: DtlsIdentity | undefined;
  let udp: Awaited<ReturnType<typeof startUdpLoad>> | undefined;

  const voiceOf = (choice: VoiceChoice): Voice => {
    if (choice.kind === 'speech') return speech;
    const name = `${choice.hz} ${choice.levelDbfs}`;
    const voice = tones.get(name) ?? toneVoice(choice.hz, choice.levelDbfs);
    tones.set(name, voice);
    return voice;
  };

  const report = (): FarmReport => ({
    lines: [
      ...Array.from(calls, ([key, call]) => ({ key, ended: call.isOver(), ...call.line.report() })),
      ...(udp?.lines.map((line, at) => ({ key: String(at), ended: false, ...line.report() })) ??
        []),
    ],
    ownLatenessMs: clock.takeWorstLatenessMs(),
  });

  return {
    async place({ key, target, voice, hangUpAfterMs, security }) {
      const call = await placeCall({
        ...{ agent, clock, localAddress, target, hangUpAfterMs, security },
        identity: security?.keys === 'dtls' ? (identity ??= await createDtlsIdentity()) : undefined,
        callerNumber: `07${String((placed += 1)).padStart(8, '0')}`,
        voice: voiceOf(voice),
      });
      calls.set(key, call);
      return call.outcome;
    },
    async keyIn({ key, digits, roomHz, withinMs }) {
      const line = calls.get(key)?.line;
      if (line === undefined) throw new Error('no such call');
      const lastKeyAtMs = await line.press(digits);
      return { lastKeyAtMs, roomHeardAtMs: await line.toneHeard(roomHz, withinMs) };
    },
    async press({ key, digits }) {
      await calls.get(key)?.line.press(digits);
      return undefined;
    },
    async hangUp({ keys }) {
      await Promise.all(
        keys.map(async (key) => {
          await calls.get(key)?.hangUp();
          calls.delete(key);
        }),
      );
      return undefined;
    },
    async restartReports() {
      for (const { line } of calls.values()) line.restartReport();
      for (const line of udp?.lines ?? []) line.restartReport();
      clock.takeWorstLatenessMs();
      return undefined;
    },
    report: async () => report(),
    async startUdp(load) {
      udp = await startUdpLoad(load, clock, speech);
      return undefined;
    },
    async stopUdp() {
      udp?.close();
      udp = undefined;
      return undefined;
    },
  };
};

const farm = createFarm();

const answerTo = async ({ number, name, ask }: FarmAsk): Promise<FarmAnswer> => {
  try {
    const handle = (await farm)[name] as (ask: unknown) => Promise<unknown>;
    return { number, answer: await handle(ask) };
  } catch (error) {
    return { number, failure: error instanceof Error ? error.message : String(error) };
  }
};

process.on('message', (message) => {
  void answerTo(message as FarmAsk).then((answer) => process.send?.(answer));
});
// The bench is gone: so are its callers.
process.on('disconnect', () => {
  process.exit();
});
