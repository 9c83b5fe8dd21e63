/** One try of the canary: two phones call a number, key the same ID, and are to hear each other's tone. */
import { steadyToneLevelDbfs } from '../caller/heard.ts';
import { dial, type PhoneCall } from '../caller/phone.ts';
import { silentLogger } from '../caller/silent-logger.ts';
import type { Clock } from '../call/ports/process.ts';
import type { CanaryOutcome } from './canary.ts';

export interface CanaryCallDeps {
  /** A SIP URI of ours, without a user. */
  readonly sipAddress: () => string | undefined;
  /** An open meeting for this try alone; undefined where none could be made. */
  readonly openMeeting: () => Promise<
    { readonly callId: string; close(): Promise<void> } | undefined
  >;
  /** Whether the call with this Call-ID is in its meeting. */
  readonly hasJoined: (sipCallId: string) => boolean;
  readonly clock: Clock;
}

/** Far apart, and no harmonics of each other. */
const tonesHz = [440, 1000] as const;
const heardFromDbfs = -35;
const heardWithinMs = 400;
const answerTimeoutMs = 10_000;
const joinTimeoutMs = 30_000;
const soundTimeoutMs = 20_000;
const lookEveryMs = 100;
const rateHz = 8_000;

/** Shown in the log of calls: no telephone number. */
const callerName = 'canary';

const toneOf = (hz: number): Int16Array =>
  Int16Array.from({ length: rateHz }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  );

const hears = (phone: PhoneCall, hz: number): boolean => {
  const heard = phone.sound.recorder.pcm().slice((-rateHz * heardWithinMs) / 1_000);
  return steadyToneLevelDbfs(heard, hz) > heardFromDbfs;
};

/** `sip:10.0.0.1:5060;transport=tcp` with this user. */
export const withUser = (address: string, user: string): string =>
  address.replace(/^(sips?:)(?:[^@]*@)?/, `$1${user}@`);

/** The host of a SIP URI, without brackets. */
const hostOf = (address: string): string =>
  /^sips?:(?:[^@]*@)?(?:\[([^\]]+)\]|([^:;]+))/.exec(address)?.slice(1).find(Boolean) ??
  '127.0.0.1';

export const createCanaryCall = (deps: CanaryCallDeps) => {
  const { clock } = deps;
  const wait = (ms: number): Promise<void> =>
    new Promise((done) => {
      clock.at(clock.now() + ms, done);
    });
  const until = async (
    isDone: () => boolean,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const deadline = clock.now() + withinMs;
    while (!isDone()) {
      if (clock.now() >= deadline || signal.aborted) return false;
      await wait(lookEveryMs);
    }
    return true;
  };

  const talk = async (
    phones: readonly PhoneCall[],
    callId: string,
    signal: AbortSignal,
  ): Promise<CanaryOutcome> => {
    const answers = await Promise.race([
      Promise.all(phones.map(({ answer }) => answer)),
      wait(answerTimeoutMs).then(() => []),
    ]);
    const answerMs = Math.max(
      ...answers.map((each) => (each.answered ? each.afterMs : Infinity)),
      answers.length === 0 ? Infinity : 0,
    );
    if (!Number.isFinite(answerMs)) return { problem: 'not-answered' };
    const answeredAt = clock.now();
    await Promise.all(phones.map((phone) => phone.press(callId)));
    const areIn = () => phones.every(({ session }) => deps.hasJoined(session.sipCallId));
    if (!(await until(areIn, joinTimeoutMs, signal))) return { problem: 'not-joined', answerMs };
    const joinMs = clock.now() - answeredAt;
    for (const [i, phone] of phones.entries())
      phone.sound.speak(toneOf(tonesHz[i] ?? 0), { endless: true });
    const hearEachOther = () =>
      phones.every((phone, i) => hears(phone, tonesHz[phones.length - 1 - i] ?? 0));
    const isHeard = await until(hearEachOther, soundTimeoutMs, signal);
    return { problem: isHeard ? undefined : 'not-heard', answerMs, joinMs };
  };

  return async (number: string, signal: AbortSignal): Promise<CanaryOutcome> => {
    const address = deps.sipAddress();
    if (address === undefined) return { problem: 'not-answered' };
    const meeting = await deps.openMeeting();
    if (meeting === undefined) return { problem: 'no-meeting' };
    const phones: PhoneCall[] = [];
    try {
      while (phones.length < tonesHz.length)
        phones.push(
          await dial(withUser(address, number), {
            localAddress: hostOf(address),
            clock,
            log: silentLogger,
            transport: address.includes('transport=tcp') ? 'tcp' : 'udp',
            number: callerName,
          }),
        );
      return await talk(phones, meeting.callId, signal);
    } finally {
      await Promise.all(phones.map((phone) => phone.close()));
      await meeting.close();
    }
  };
};
