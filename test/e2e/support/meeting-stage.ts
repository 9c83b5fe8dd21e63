/** A gateway, a real livekit-server, meetings, witnesses and phones: what a test on sound needs, and its end. */
import { processClock } from '../../../src/process-clock.ts';
import { toneLevelDbfs } from '../../../src/caller/heard.ts';
import { dial, type PhoneCall, type PhoneOptions } from '../../../src/caller/phone.ts';
import { silentLogger } from '../../../src/caller/silent-logger.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import { createWitness, type Witness, type WitnessOptions } from '../../support/witness.ts';
import { startGateway, type GatewayProcess } from './gateway-process.ts';

export interface StagedMeeting {
  readonly callId: string;
  readonly room: string;
}

export interface ShownCall {
  readonly legId: string;
  readonly sipCallId: string;
  readonly state: string;
  readonly from: string | null;
  readonly callId: string | null;
  readonly joinedAt: string | null;
  readonly termination: { readonly result: string; readonly reason: string } | null;
  readonly timeline?: readonly { readonly event: string }[];
}

/** By default a published number, at the stage's own port. */
interface CallTo {
  readonly user?: string;
  readonly port?: number;
}

export interface MeetingStage {
  readonly livekit: TestLiveKitServer;
  readonly gateway: GatewayProcess;
  meeting(fields?: object): Promise<StagedMeeting>;
  /** A second participant in a room; leaves with the test (`clear`). */
  witness(
    where: { readonly room: string },
    identity?: string,
    options?: Partial<WitnessOptions>,
  ): Promise<Witness>;
  /** Dials the published number and waits for the answer. Hangs up with the test (`clear`). */
  phone(options?: Partial<PhoneOptions> & CallTo): Promise<PhoneCall>;
  /** A phone that has keyed the meeting's ID and is in, its microphone open. */
  joined(meeting: StagedMeeting, options?: Partial<PhoneOptions> & CallTo): Promise<PhoneCall>;
  /** Newest first. */
  calls(state: 'live' | 'waiting' | 'joined' | 'ended'): Promise<readonly ShownCall[]>;
  /** Waits until `done` finds something; the last sight is in the error. */
  until<T>(
    what: string,
    done: () => T | undefined | Promise<T | undefined>,
    withinMs?: number,
  ): Promise<T>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** As briefly as hands press keys: time is what tests have least of. */
export const briefKeys = { keyMs: 60, pauseMs: 60 } as const;

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** A sine at -13 dBFS, without end when spoken endlessly: one second holds whole periods. */
export const sine = (hz: number): Int16Array =>
  Int16Array.from({ length: 8000 }, (_, i) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * i) / 8000)),
  );

/** In a token: as the server that made it says. */
export const isHost = { attributes: { 'ringbro.role': 'host' } } as const;

/** Identities of the callers whom somebody in the room sees. */
export const phonesSeen = (witness: Witness): readonly string[] =>
  witness
    .participants()
    .map(({ identity }) => identity)
    .filter((identity) => identity.startsWith('ringbro:'));

/** The last `ms` that a phone heard. */
export const lastHeard = (call: PhoneCall, ms: number): Int16Array =>
  call.sound.recorder.pcm().slice(-8 * ms);

/**
 * Whether a tone sounds through all of 400 ms. In every 100 of them: a vowel has strong harmonics too
 * (-25 dBFS in our prompts), but none that lasts (-34 at most).
 */
export const isTone = (pcm: Int16Array, hz: number): boolean => {
  const tenths = [0, 1, 2, 3].map((nth) => pcm.subarray(nth * 800, (nth + 1) * 800));
  return pcm.length === 3200 && tenths.every((tenth) => toneLevelDbfs(tenth, hz) > -32);
};

/** Whether a phone has heard a tone for the last 400 ms. */
export const hearsTone = (call: PhoneCall, hz: number): boolean => isTone(lastHeard(call, 400), hz);

export const createMeetingStage = async (
  env: Readonly<Record<string, string>> = {},
  /** Where calls are placed; undefined: the gateway's own SIP port. */
  sipPort?: number,
): Promise<MeetingStage> => {
  const livekit = await startLiveKitServer();
  const gateway = await startGateway({
    livekit,
    env: { RINGBRO_ADMISSION_WORDS: 'tone', ...env },
  }).catch(async (error: unknown) => {
    await livekit.close();
    throw error;
  });
  const phones = new Set<PhoneCall>();
  const witnesses = new Set<Witness>();

  const until: MeetingStage['until'] = async (what, done, withinMs = 15_000) => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = await done();
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`waited ${withinMs} ms in vain for ${what}\n${gateway.output()}`);
      await sleep(50);
    }
  };

  const calls: MeetingStage['calls'] = async (state) => {
    // The API tells live calls from ended ones; which of its states a live call is in, the record says.
    const asked = state === 'joined' ? 'live' : state;
    const { body } = await gateway.api('GET', `/api/calls?limit=100&state=${asked}`);
    const { items } = body as { items: ShownCall[] };
    return state === 'joined' ? items.filter((call) => call.state === 'joined') : items;
  };

  const phone: MeetingStage['phone'] = async ({ user = '0480445511', port, ...options } = {}) => {
    const call = await dial(`sip:${user}@127.0.0.1:${port ?? sipPort ?? gateway.sipPort}`, {
      localAddress: '127.0.0.1',
      clock: processClock,
      log: silentLogger,
      number: '+46701234567',
      // Tones are to be told from speech.
      keyTiming: options.keys === 'tone' ? undefined : briefKeys,
      ...options,
    });
    phones.add(call);
    return call;
  };

  const clear = async () => {
    await Promise.all([...phones].map((call) => call.close()));
    await Promise.all([...witnesses].map((witness) => witness.close()));
    phones.clear();
    witnesses.clear();
    await until('all calls to end', async () =>
      (await calls('live')).length === 0 ? true : undefined,
    );
  };

  return {
    livekit,
    gateway,
    calls,
    until,
    phone,
    clear,
    async meeting(fields = {}) {
      const { status, body } = await gateway.api('POST', '/api/meetings', fields);
      if (status !== 201) throw new Error(`no meeting: ${status} ${JSON.stringify(body)}`);
      return body as StagedMeeting;
    },
    async witness({ room }, identity = 'witness', options = {}) {
      const { url, apiKey, apiSecret } = livekit;
      const witness = await createWitness({ url, apiKey, apiSecret, room, identity, ...options });
      witnesses.add(witness);
      return witness;
    },
    async joined(meeting, options) {
      const call = await phone(options);
      const answer = await call.answer;
      if (!answer.answered) throw new Error(`not answered: ${JSON.stringify(answer.cause)}`);
      const before = (await calls('joined')).length;
      await call.press(meeting.callId);
      await until('the call to join', async () =>
        (await calls('joined')).length > before ? true : undefined,
      );
      // The tone of admission, then the microphone opens.
      await sleep(600);
      return call;
    },
    async close() {
      await clear();
      await gateway.forget();
      await livekit.close();
    },
  };
};
