import {
  createFakeCallee,
  fakeMedia,
  type FakeBehaviour,
  type FakeCallee,
  type FakeCalleeState,
} from './fake-callee.ts';
import { asLegId, asSipCallId } from '../../src/call/identifiers.ts';
import type { Clock } from '../../src/call/ports/process.ts';
import type {
  AnsweredMedia,
  CallLeg,
  DialOutcome,
  DialRequest,
  JoinOutcome,
  LegEndCause,
  LegEvent,
  LegQuality,
  PictureState,
  MadeSound,
  RoomLeftReason,
  RoomTarget,
  SipEngine,
  Sound,
  SoundReport,
  Utterance,
} from '../../src/call/ports/sip-engine.ts';

/**
 * A SIP engine without SIP: callers are scripted, time is the test's. It passes the same contract
 * as the real engines (test/contract), so what is shown with it holds for them.
 */
export interface FakeSipEngine extends SipEngine {
  /** Places a call. The engine must be started. */
  call(options?: FakeCallOptions): FakeCaller;
  dial(request: DialRequest, signal: AbortSignal): Promise<DialOutcome>;
  /** Who is to be called at `to`; whoever else is dialled is unreachable. */
  expect(to: string, behaviour: FakeBehaviour): FakeCallee;
}

export interface FakeCallOptions {
  readonly user?: string;
  readonly host?: string;
  readonly from?: string | undefined;
  /** The trunk vouches for the number. */
  readonly vouched?: boolean;
  readonly sourceAddress?: string;
  /** 'none': no codec that both sides know. */
  readonly codec?: 'PCMA' | 'none';
  readonly loseAck?: boolean;
  /** What `join` answers, one after another; the last stays. */
  readonly joins?: readonly JoinOutcome[];
  /** Others in the room once joined. */
  readonly others?: number;
  /** Not a caller but one called: the leg is confirmed. */
  readonly dialled?: DialRequest;
  /** What a test of the sound hears; undefined: this leg can't test. */
  readonly sound?: SoundReport;
  /** What the answer says of the sound's way. */
  readonly media?: AnsweredMedia;
  /** Makes a method of the leg throw: a bug in an adapter. */
  readonly breaks?: keyof CallLeg;
}

export interface FakeCaller {
  readonly leg: CallLeg;
  /** Status codes the caller was sent, in order. */
  readonly statuses: readonly number[];
  readonly retryAfterS: number | undefined;
  readonly ended: LegEndCause | undefined;
  readonly joinedAs: RoomTarget | undefined;
  /** Whether the caller's sound goes into the room now. */
  readonly heardInRoom: boolean;
  readonly volumeDb: number;
  /** Sent into the room. */
  readonly keysInRoom: readonly string[];
  /** Told of everything that happens between the engine and its call, for traces. */
  onTrace: ((line: string) => void) | undefined;
  press(digits: string): void;
  hold(): void;
  resume(): void;
  cancel(): void;
  hangUp(): void;
  fall(how: 'session-expired' | 'transport' | 'line-dropped' | 'engine-lost'): void;
  goSilent(): void;
  loseRoom(): void;
  recoverRoom(): void;
  leaveRoom(reason: RoomLeftReason): void;
  audience(others: number): void;
  /** The room's side mutes the caller, or takes that back. */
  muteInRoom(muted: boolean): void;
  /** The caller's camera. */
  picture(state: PictureState): void;
  /** Two seconds of speech while muted. */
  talkMuted(): void;
}

export const fakeQuality: LegQuality = {
  up: { packets: 500, lost: 5, lossPct: 1, jitterMs: 4, mos: 4.2 },
  down: undefined,
};

const ackDelayMs = 20;
const joinDelayMs = 120;
/** 64 * T1, RFC 3261 section 13.3.1.4. */
const ackTimeoutMs = 32_000;
const promptMs = 2_000;
const durationOf = (sound: Sound): number => {
  if (sound.kind === 'music') return Infinity;
  return sound.kind === 'prompt' || sound.kind === 'made' ? promptMs : sound.ms;
};

export function createFakeSipEngine(clock: Clock): FakeSipEngine {
  let onCall: ((leg: CallLeg) => void) | undefined;
  let count = 0;
  const live = new Set<FakeCaller>();
  const callees = new Map<string, FakeCalleeState>();

  const answered = (request: DialRequest): FakeCaller => {
    count += 1;
    const caller = createFakeCaller(clock, count, { dialled: request }, () => live.delete(caller));
    live.add(caller);
    return caller;
  };
  const dial = async (request: DialRequest, signal: AbortSignal): Promise<DialOutcome> => {
    const callee = callees.get(request.to);
    if (callee === undefined || request.trunk === 'nobody')
      return { outcome: 'failed', how: 'unreachable' };
    if (signal.aborted) return { outcome: 'failed', how: 'cancelled' };
    callee.request = request;
    const outcome = await callee.answer(request, signal, () => answered(request));
    if (outcome.outcome === 'failed') callee.isRefused = true;
    return outcome;
  };
  return {
    kind: 'embedded',
    addresses: ['sip:fake.invalid'],
    async start(handler) {
      onCall = handler;
    },
    gauges: () => ({ legs: live.size }),
    dial,
    expect(to, behaviour) {
      const callee = createFakeCallee(clock, behaviour);
      callees.set(to, callee);
      return callee;
    },
    async close() {
      onCall = undefined;
      for (const caller of live) caller.fall('engine-lost');
    },
    call(options = {}) {
      if (onCall === undefined) throw new Error('the fake engine is not started');
      count += 1;
      const caller = createFakeCaller(clock, count, options, () => live.delete(caller));
      live.add(caller);
      onCall(caller.leg);
      return caller;
    },
  };
}

function createFakeCaller(
  clock: Clock,
  count: number,
  options: FakeCallOptions,
  onEnded: () => void,
): FakeCaller {
  const statuses: number[] = [];
  const pending: LegEvent[] = [];
  let listener: ((event: LegEvent) => void) | undefined;
  let state: 'invited' | 'answered' | 'confirmed' | 'ended' =
    options.dialled === undefined ? 'invited' : 'confirmed';
  let ended: LegEndCause | undefined;
  let joinedAs: RoomTarget | undefined;
  let muted = true;
  let volumeDb = 0;
  const keysInRoom: string[] = [];
  let retryAfterS: number | undefined;
  let joins = 0;
  let stopUtterance: (() => void) | undefined;
  let stopWaitingForAck: (() => void) | undefined;
  let stopTest: (() => void) | undefined;

  const trace = (line: string): void => caller.onTrace?.(line);
  const after = (ms: number, callback: () => void): (() => void) =>
    clock.at(clock.now() + ms, callback);

  // Events never come from inside a method of the leg.
  const emit = (event: LegEvent): void => {
    if (state === 'ended') return;
    pending.push(event);
    queueMicrotask(hand);
  };
  // Kept until somebody listens.
  const hand = (): void => {
    const next = listener === undefined ? undefined : pending.shift();
    try {
      if (next !== undefined) listener?.(next);
    } catch {
      // A listener's throw never reaches the engine.
    }
  };
  const end = (cause: LegEndCause): void => {
    if (state === 'ended') return;
    emit({ type: 'ended', cause });
    state = 'ended';
    ended = cause;
    joinedAs = undefined;
    stopUtterance?.();
    stopWaitingForAck?.();
    stopTest?.();
    onEnded();
  };
  const status = (code: number): void => {
    statuses.push(code);
    trace(`<- ${code}`);
  };
  const check = (method: keyof CallLeg): void => {
    if (options.breaks === method) throw new TypeError(`broken on purpose: ${method}`);
  };

  const leg: CallLeg = {
    invitation: {
      legId: options.dialled?.legId ?? asLegId(`leg-${String(count).padStart(18, '0')}`),
      sipCallId: asSipCallId(`call-${count}@fake.invalid`),
      source: {
        address: options.sourceAddress ?? '192.0.2.10',
        port: 5060,
        transport: 'udp',
      },
      callerNumber:
        options.dialled?.callerNumber ?? ('from' in options ? options.from : '+46701234567'),
      vouched: options.vouched,
      dialled: { user: options.user ?? '+46480445511', host: options.host ?? 'fake.invalid' },
      signallingEncrypted: false,
    },
    ring() {
      check('ring');
      if (state === 'invited' && !statuses.includes(180)) status(180);
    },
    async answer() {
      check('answer');
      if (options.dialled !== undefined) return { outcome: 'answered', media: fakeMedia };
      if (state !== 'invited') return { outcome: 'gone' };
      if (options.codec === 'none') {
        status(488);
        end({ by: 'gateway', how: 'refused' });
        return { outcome: 'refused', sipStatus: 488 };
      }
      status(200);
      state = 'answered';
      stopWaitingForAck = options.loseAck
        ? after(ackTimeoutMs, () => {
            end({ by: 'network', how: 'no-ack' });
          })
        : after(ackDelayMs, () => {
            trace('-> ACK');
            state = 'confirmed';
            emit({ type: 'confirmed' });
          });
      return { outcome: 'answered', media: options.media ?? fakeMedia };
    },
    refuse(sipStatus, refusal = {}) {
      if (state !== 'invited') return;
      retryAfterS = refusal.retryAfterS;
      status(sipStatus);
      end({ by: 'gateway', how: 'refused' });
    },
    play(utterance) {
      check('play');
      if (state === 'ended') return;
      stopUtterance?.();
      trace(`says ${describeUtterance(utterance)}`);
      const ms = utterance.sounds.reduce((sum, sound) => sum + durationOf(sound), 0);
      stopUtterance = Number.isFinite(ms)
        ? after(ms, () => {
            emit({ type: 'played', utteranceId: utterance.utteranceId });
          })
        : () => undefined;
    },
    stopPlaying() {
      if (stopUtterance === undefined || state === 'ended') return;
      stopUtterance();
      stopUtterance = undefined;
      trace('stops');
    },
    async join(target) {
      check('join');
      const outcomes = options.joins ?? [{ joined: true }];
      const outcome = outcomes[Math.min(joins, outcomes.length - 1)] ?? { joined: true };
      joins += 1;
      trace(`joins as ${target.name}, ${target.muted ? 'muted' : 'heard'}`);
      await new Promise<void>((resolve) => after(joinDelayMs, resolve));
      if (ended !== undefined) return { joined: false, reason: 'unreachable' };
      if (!outcome.joined) return outcome;
      joinedAs = target;
      muted = target.muted;
      emit({ type: 'room-audience', others: options.others ?? 1 });
      return outcome;
    },
    async leaveRoom() {
      if (joinedAs === undefined) return;
      joinedAs = undefined;
      trace('leaves the room');
    },
    setMuted(next) {
      check('setMuted');
      if (state === 'ended' || muted === next) return;
      muted = next;
      trace(next ? 'microphone closed' : 'microphone open');
    },
    setVolumeDb(next) {
      volumeDb = next;
      trace(`volume ${next} dB`);
    },
    showFirst(what) {
      trace(`shows the ${what} first`);
    },
    sendKey(digit) {
      if (joinedAs?.sendsKeys === true) keysInRoom.push(digit);
    },
    async testSound(listenMs) {
      if (options.sound === undefined) return undefined;
      await new Promise<void>((resolve) => {
        after(2 * listenMs, resolve);
        stopTest = resolve;
      });
      return ended === undefined ? options.sound : undefined;
    },
    async quality() {
      check('quality');
      return fakeQuality;
    },
    hangUp() {
      check('hangUp');
      if (state === 'ended') return;
      if (state === 'invited') {
        status(480);
        end({ by: 'gateway', how: 'refused' });
        return;
      }
      trace('<- BYE');
      end({ by: 'gateway', how: 'bye' });
    },
    onEvent(next) {
      listener = next;
      pending.forEach(() => {
        queueMicrotask(hand);
      });
    },
  };

  const fromCaller = (line: string, event: LegEvent): void => {
    if (state === 'ended') return;
    trace(line);
    emit(event);
  };

  const caller: FakeCaller = {
    leg,
    statuses,
    get retryAfterS() {
      return retryAfterS;
    },
    get ended() {
      return ended;
    },
    get joinedAs() {
      return joinedAs;
    },
    get heardInRoom() {
      return joinedAs !== undefined && !muted;
    },
    keysInRoom,
    get volumeDb() {
      return volumeDb;
    },
    onTrace: undefined,
    press(digits) {
      for (const digit of digits)
        fromCaller(`keys ${digit}`, { type: 'digit', digit, source: 'telephone-event' });
    },
    hold() {
      fromCaller('-> hold', { type: 'held' });
    },
    resume() {
      fromCaller('-> resume', { type: 'resumed' });
    },
    cancel() {
      if (state !== 'invited') return;
      trace('-> CANCEL');
      status(487);
      end({ by: 'caller', how: 'cancel' });
    },
    hangUp() {
      if (state === 'ended') return;
      trace('-> BYE');
      end({ by: 'caller', how: 'bye' });
    },
    fall(how) {
      trace(`-- ${how}`);
      end({ by: 'network', how });
    },
    goSilent() {
      fromCaller('-- no RTP', { type: 'media-timeout' });
    },
    loseRoom() {
      fromCaller('-- room lost', { type: 'room-lost' });
    },
    recoverRoom() {
      fromCaller('-- room back', { type: 'room-recovered' });
    },
    leaveRoom(reason) {
      joinedAs = undefined;
      fromCaller(`-- out of the room: ${reason}`, { type: 'room-left', reason });
    },
    muteInRoom(next) {
      if (next) muted = true;
      const type = next ? 'muted-by-room' : 'unmuted-by-room';
      fromCaller(`-- ${type}`, { type });
    },
    picture(state) {
      fromCaller(`-- picture ${state}`, { type: 'picture', state });
    },
    talkMuted() {
      fromCaller('-- talks while muted', { type: 'talking-muted' });
    },
    audience(others) {
      fromCaller(`-- ${others} others in the room`, { type: 'room-audience', others });
    },
  };
  if (options.dialled !== undefined) emit({ type: 'confirmed' });
  return caller;
}

/** The speech of a test is its text. */
export const madeOf = (text: string): MadeSound => {
  const pcm = new SharedArrayBuffer(text.length * 2);
  new Uint16Array(pcm).set(Array.from(text, (letter) => letter.charCodeAt(0)));
  return { kind: 'made', pcm, rateHz: 8_000 };
};
const textOfMade = ({ pcm }: MadeSound): string =>
  String.fromCharCode(...Array.from(new Uint16Array(pcm)));

/** Phrases with their language, and the tones around them. */
function describeUtterance(utterance: Utterance): string {
  const prompt = utterance.sounds.find((sound) => sound.kind === 'prompt');
  const words = utterance.phrases.map((key) => {
    const value = utterance.sounds.flatMap((sound) =>
      sound.kind === 'prompt' && /^(number|digits-missing)-/.test(sound.file)
        ? [sound.file.replace(/^(?:number|digits-missing)-|\.wav$/g, '')]
        : [],
    );
    return value.length > 0 && key !== 'language-name' ? `${key}(${value.join(' ')})` : key;
  });
  const tones = utterance.sounds.filter((sound) => sound.kind === 'tone');
  return [
    ...(tones.some(({ hz }) => hz === 440) ? ['[tone]'] : []),
    ...words,
    ...(tones.some(({ hz }) => hz === 880) ? ['[microphone tone]'] : []),
    ...(utterance.sounds.some(({ kind }) => kind === 'music') ? ['[music]'] : []),
    ...utterance.sounds.flatMap((sound) =>
      sound.kind === 'made' ? [`<${textOfMade(sound)}>`] : [],
    ),
    ...(prompt === undefined ? [] : [`in ${prompt.language}`]),
  ].join(' ');
}
