/**
 * One leg on its worker: a socket pair, what comes from the caller, what goes to the caller, and
 * the meeting it is in. It has no timer: the worker's clock calls `takeVoice` and `sendFrame`.
 */
import { randomInt } from 'node:crypto';
import type { Card, FloorHolder, MediaEvent, MediaSession } from '../call/ports/media.ts';
import type { Logger } from '../call/ports/process.ts';
import type {
  Digit,
  LegQuality,
  ShownFirst,
  SoundReport,
  Utterance,
} from '../call/ports/sip-engine.ts';
import { isG711, isWideband, type LegCodec } from './audio/codec-rates.ts';
import { levelOfG711, levelOfPcm, silentLevel } from './audio/level.ts';
import { createLegQualityMeter } from './leg-quality.ts';
import { createLegReceiver } from './leg-receiver.ts';
import { createLegReports } from './leg-reports.ts';
import { createLegSender } from './leg-sender.ts';
import { createMediaPath } from './media-path.ts';
import { createSpeakerMeter, speakerKeyOf } from './meeting-speakers.ts';
import { createMutedTalk } from './muted-talk.ts';
import { createPacketTrap, type PacketTrap, type TrappedPacket } from './packet-trap.ts';
import type { LinkThread } from './room/link-types.ts';
import { createRoomVisit, type RoomVisit, type RoomVisitDeps } from './room-visit.ts';
import type { DtlsIdentity } from './rtp/dtls-identity.ts';
import type { RtpView } from './rtp/rtp-packet.ts';
import type { PacketListener, RtpSocket } from './rtp/rtp-socket.ts';
import { createSilenceWatch } from './silence-watch.ts';
import { createSoundTest, type SoundTest } from './sound-test.ts';
import { shareLink } from './video/shared-link.ts';
import { withSlides, type SlidesLeg } from './video/slides-leg.ts';
import type { PictureLeg } from './video/picture-leg.ts';
import { transcodeChannelOf } from './video/transcode-channel.ts';
import type { MeetingMember, WorkerMeeting } from './worker-meeting.ts';
import type { JoinTicket, WorkerSetup } from './worker-protocol.ts';

export interface WorkerLeg {
  readonly localPort: number;
  readonly localRtcpPort: number;
  /** Where it was opened with pictures. */
  readonly pictures: PictureLeg | undefined;
  /** Opens them after all, for the next visit; undefined where no ports are free. */
  openPictures(): Promise<PictureLeg | undefined>;
  /** A second stream, for the next visit; undefined where no ports are free. */
  openSlides(): Promise<SlidesLeg | undefined>;
  setFloor(holder: FloorHolder): void;
  configure(session: MediaSession): void;
  start(): void;
  play(utterance: Utterance): void;
  stopPlaying(): void;
  setMuted(muted: boolean): void;
  setVolumeDb(volumeDb: number): void;
  /** Kept for pictures that come later. */
  showFirst(what: ShownFirst): void;
  sendKey(digit: Digit): void;
  /** Kept for pictures that come later. */
  showCard(card: Card | undefined): void;
  /** Into a meeting's mix; the visit's `join` then makes the participant. */
  enter(meeting: WorkerMeeting, ticket: JoinTicket): RoomVisit;
  /** Ends the visit there is; with `only`, nothing unless it is that one. */
  leave(only?: RoomVisit): Promise<void>;
  meeting(): WorkerMeeting | undefined;
  setToken(token: string): void;
  /** Whether somebody waits for what the caller sends: for keys, or in the room. */
  isAwaited(): boolean;
  /** First pass of a tick: the caller's next 20 ms, time-outs. */
  takeVoice(nowMs: number): void;
  /** Last pass of a tick: 20 ms to the caller. */
  sendFrame(tick: number, afterGap: boolean): void;
  quality(): LegQuality;
  /** The headers of its packets go to `onTraced`, once a second. */
  setTraced(on: boolean): void;
  /** The loudest of the caller of late, 0 to -127. */
  levelDbov(): number;
  /** As in `CallLeg`; undefined where the leg is in a room, or closed first. */
  testSound(listenMs: number): Promise<SoundReport | undefined>;
  /** Idempotent, never rejects; the ports are free when it resolves. */
  close(): Promise<void>;
}

export interface MediaLegDeps {
  readonly setup: WorkerSetup;
  /** For handshakes of DTLS-SRTP; undefined: there are none. */
  readonly dtlsIdentity?: DtlsIdentity | undefined;
  readonly log: Logger;
  readonly emit: (event: MediaEvent) => void;
  readonly onTraced?: (localPort: number, packets: readonly TrappedPacket[]) => void;
  readonly onTokenNeeded: () => void;
  readonly createLink?: RoomVisitDeps['createLink'];
  readonly thread?: LinkThread | undefined;
  /** The other half of a leg with pictures; the leg closes it. */
  readonly pictures?: PictureLeg | undefined;
  readonly openSlides?: () => Promise<SlidesLeg | undefined>;
  readonly openPictures?: () => Promise<PictureLeg | undefined>;
}

export interface LegOnSocket extends WorkerLeg {
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
}

/** Time-outs, reports and figures: 100 ms is soon enough for them. */
const choresEveryTicks = 5;

export const createMediaLeg = (
  deps: MediaLegDeps,
  socket: RtpSocket,
  nowMs: () => number,
): LegOnSocket => {
  const { setup, log, emit } = deps;
  let { pictures } = deps;
  let slides: SlidesLeg | undefined;
  let card: Card | undefined;
  let shownFirst: ShownFirst = 'screen';
  const path = createMediaPath({
    socket,
    identity: deps.dtlsIdentity,
    nowMs,
    onPacket: (packet, view, address, port, arrivalMs) => {
      takePacket(packet, view, address, port, arrivalMs);
    },
    onCompound: (compound) => {
      reports.rtcp.onRtcp(compound, nowMs() + dayOffsetMs);
    },
    onKeys: (suite) => {
      emit({ type: 'dtls-keys', suite });
    },
    onFailed: (problem) => {
      // Whoever shook hands is not who was called: there will be no sound. RFC 5763 §5
      log.warn({ problem }, 'dtls handshake failed');
      emit({ type: 'media-timeout' });
    },
  });
  const { encryption } = path;
  const member: MeetingMember = {
    voice: undefined,
    isWideband: false,
    speakerKey: 0,
    loudness: 0,
  };
  const speakerMeter = createSpeakerMeter();
  const ssrc = randomInt(1, 2 ** 32);
  /** RTCP speaks of the time of day: this clock's, without its jumps. */
  const dayOffsetMs = Date.now() - nowMs();
  const reports = createLegReports(ssrc, nowMs() + dayOffsetMs);
  let session: MediaSession | undefined;
  let visit: RoomVisit | undefined;
  let soundTest:
    | { readonly test: SoundTest; readonly resolve: (report: SoundReport | undefined) => void }
    | undefined;
  let muted = false;
  let isStarted = false;
  let isClosed = false;
  let heardFirst = false;
  /** Since the chores were done last. */
  let isHeardFrom = false;
  let tickAtMs = nowMs();
  let trap: PacketTrap | undefined;
  const mutedTalk = createMutedTalk();
  const silence = createSilenceWatch(setup.settings.mediaTimeoutMs);

  const receiver = createLegReceiver({
    onDigit: (digit, source) => {
      emit({ type: 'digit', digit, source });
    },
  });
  const sender = createLegSender({
    prompts: setup.prompts,
    ssrc,
    initialSequence: randomInt(2 ** 15),
    initialTimestamp: randomInt(2 ** 32),
    send: (packet) => {
      if (!path.sendRtp(packet)) return false;
      trap?.take('out', packet, path.address(), path.port());
      return true;
    },
    emit,
  });
  const meter = createLegQualityMeter({
    reports,
    playout: () => receiver.playoutStats(),
    visit: () => visit,
    windowMs: setup.settings.qualityWindowMs,
    startMs: nowMs(),
    dayOffsetMs,
    tell: (quality, news) => {
      emit({ type: 'quality', quality: withRejected(quality), news });
    },
  });
  const withRejected = (quality: LegQuality): LegQuality =>
    encryption.isOn()
      ? {
          ...quality,
          rejected: { forged: encryption.forged(), replayed: encryption.replayed() },
        }
      : quality;
  /** Without a room nothing sounds but what a test plays back. */
  const hearRoom = (out: Int16Array): boolean =>
    visit?.meeting.hear(member, out) ?? soundTest?.test.play(out) ?? false;
  const isHeld = (): boolean => session?.direction !== 'sendrecv';
  const callerStream = {
    get isHeld() {
      return isHeld();
    },
    get mayPause() {
      return session?.comfortNoisePayloadType !== undefined;
    },
  };

  const takePacket = (
    packet: Buffer,
    view: RtpView,
    address: string,
    port: number,
    arrivalMs: number,
  ): void => {
    trap?.take('in', packet, address, port);
    isHeardFrom = true;
    reports.reception.push(view, arrivalMs);
    if (!heardFirst) {
      heardFirst = true;
      emit({ type: 'first-rtp' });
    }
    const kind = receiver.push(packet, view, arrivalMs);
    const codec = session?.codec;
    // Wideband sound is decoded in any case, and rated then.
    if (kind === 'audio' && isG711(codec) && meter.wantsLevel())
      meter.hear(levelOfG711(codec, packet, view.payloadOffset, view.payloadLength));
    // What a holding caller sends is music on hold: not for the meeting.
    if (kind !== undefined && !isHeld()) visit?.pushRtp(packet, view, kind, arrivalMs);
  };

  const setCodec = (codec: LegCodec): void => {
    member.isWideband = isWideband(codec);
    if (codec === (session?.codec ?? 'PCMA')) return;
    reports.setCodec(codec);
    meter.setCodec(codec);
  };

  /** Reports go on while the sound is held. RFC 3264 §5.1 */
  const report = (tick: number): void => {
    const dayMs = tickAtMs + dayOffsetMs;
    const { packets, payloadBytes } = sender.takeSent();
    if (packets > 0) reports.rtcp.onRtpSent(payloadBytes, sender.timestampAt(tick), dayMs, packets);
    const due = isStarted ? reports.rtcp.poll(dayMs) : undefined;
    if (due !== undefined) path.sendRtcp(due);
  };

  /** What can wait a little: each leg's turn is at other ticks than its neighbour's. */
  const isTurnOf = (tick: number): boolean => (tick + ssrc) % choresEveryTicks === 0;
  const doChores = (tick: number): void => {
    if (trap !== undefined && tickAtMs >= trapDueAtMs) emptyTrap(tickAtMs);
    if (isHeardFrom) silence.heard(tickAtMs);
    isHeardFrom = false;
    if (isStarted) meter.tick(tickAtMs, callerStream);
    if (silence.isOver(tickAtMs, isHeld())) emit({ type: 'media-timeout' });
    report(tick);
  };

  const endSoundTest = (): void => {
    const { up } = reports.quality(receiver.playoutStats().delayMs);
    soundTest?.resolve({
      ...soundTest.test.report(),
      lossPct: up.lossPct,
      jitterMs: up.jitterMs,
    });
    soundTest = undefined;
    receiver.setFrameWanted(false);
  };

  let trapDueAtMs = 0;
  const emptyTrap = (now: number): void => {
    trapDueAtMs = now + 1_000;
    const packets = trap?.empty() ?? [];
    if (packets.length > 0) deps.onTraced?.(socket.localPort, packets);
  };

  const hasClosed = (): boolean => isClosed;

  const setMuted = (next: boolean): void => {
    muted = next;
    visit?.setMuted(next);
  };

  /** A screen that is in the second stream is not in the first. */
  const showFirst = (): void => {
    pictures?.showFirst(slides?.showsScreen() === true ? 'speaker' : shownFirst);
  };

  const leave = async (only = visit): Promise<void> => {
    const left = visit;
    if (left === undefined || left !== only) return;
    visit = undefined;
    member.voice = undefined;
    member.loudness = 0;
    receiver.setFrameWanted(false);
    pictures?.leaveRoom();
    slides?.leaveRoom();
    left.meeting.members.delete(member);
    meter.visitChanged();
    await left.close();
  };

  return {
    localPort: socket.localPort,
    localRtcpPort: socket.localRtcpPort,
    get pictures() {
      return pictures;
    },
    openPictures: async () => {
      if (pictures !== undefined) return pictures;
      const opened = await deps.openPictures?.();
      // The call may have ended meanwhile.
      if (hasClosed()) {
        await opened?.close();
        return undefined;
      }
      pictures = opened;
      opened?.showCard(card);
      showFirst();
      if (isStarted) opened?.start();
      return opened;
    },
    openSlides: async () => {
      const opened = await deps.openSlides?.();
      if (hasClosed()) {
        await opened?.close();
        return undefined;
      }
      slides = opened;
      opened?.showFirst(shownFirst);
      if (isStarted) opened?.start();
      return opened;
    },
    setFloor: (holder) => slides?.setFloor(holder),
    configure: (next) => {
      const wasHeld = isHeld();
      setCodec(next.codec);
      session = next;
      path.configure(next);
      pictures?.configure(next.video);
      slides?.configure(next.slides);
      receiver.configure(next);
      sender.configure(next);
      visit?.setCodec(next.codec);
      visit?.setHeld(isHeld());
      if (wasHeld || isHeld()) visit?.anchorAnew();
      if (wasHeld) silence.heard(nowMs());
    },
    start: () => {
      isStarted = true;
      sender.start();
      pictures?.start();
      slides?.start();
      silence.begin(nowMs());
    },
    play: (utterance) => {
      sender.play(utterance);
    },
    stopPlaying: () => {
      sender.stopPlaying();
    },
    setMuted,
    setVolumeDb: (volumeDb) => {
      sender.setVolumeDb(volumeDb);
    },
    showFirst: (what) => {
      shownFirst = what;
      slides?.showFirst(what);
      showFirst();
    },
    sendKey: (digit) => visit?.sendKey(digit),
    showCard: (next) => {
      card = next;
      pictures?.showCard(next);
    },
    enter: (meeting, { target, token }) => {
      muted = target.muted;
      visit = createRoomVisit({
        meeting,
        url: setup.livekitUrl,
        token,
        codec: session?.codec ?? 'PCMA',
        muted,
        log,
        emit,
        sendsKeys: target.sendsKeys,
        // Who is heard is who is shown: the room's server finds out who speaks.
        sendsUnheard: setup.settings.sendsUnheard === true || pictures !== undefined,
        onTokenNeeded: deps.onTokenNeeded,
        createLink: deps.createLink,
        thread: deps.thread,
        camera: pictures && slides ? withSlides(pictures, slides) : pictures,
        openTranscodes: setup.transcoding && transcodeChannelOf(setup.nodeId, target.room),
        onMutedByRoom: () => {
          log.info({}, 'muted by the room');
          setMuted(true);
          emit({ type: 'muted-by-room' });
        },
      });
      visit.setHeld(isHeld());
      member.speakerKey = speakerKeyOf(target.identity);
      meeting.members.add(member);
      meter.visitChanged();
      receiver.setFrameWanted(true);
      const [first, second] = slides ? shareLink(visit.pictures) : [visit.pictures];
      pictures?.enterRoom(first, meeting.speakers);
      if (second !== undefined) slides?.enterRoom(second);
      return visit;
    },
    leave,
    meeting: () => visit?.meeting,
    setToken: (token) => visit?.setToken(token),
    isAwaited: () => visit?.isUnheard() !== true,
    takeVoice: (now) => {
      tickAtMs = now;
      socket.readRtp();
      const frame = receiver.takeFrame();
      const speaks = visit?.isMicrophoneOpen() === true && !muted && !isHeld();
      const level = frame === undefined || isHeld() ? undefined : levelOfPcm(frame);
      const loudness = speakerMeter.hear(level ?? silentLevel);
      member.voice = speaks ? frame : undefined;
      member.loudness = speaks ? loudness : 0;
      if (level !== undefined) meter.hear(level);
      const isMutedInRoom = visit?.isMicrophoneOpen() === true && muted;
      if (mutedTalk.update(speakerMeter.isSpeaking(), isMutedInRoom))
        emit({ type: 'talking-muted' });
      visit?.tick(now, isHeld() ? undefined : frame);
      showFirst();
      pictures?.tick(now);
      slides?.tick(now);
      soundTest?.test.hear(frame);
    },
    sendFrame: (tick, afterGap) => {
      sender.sendFrame(tick, afterGap, hearRoom);
      if (soundTest?.test.isDone === true) endSoundTest();
      if (isTurnOf(tick)) doChores(tick);
    },
    testSound: (listenMs) => {
      if (visit !== undefined || soundTest !== undefined) return Promise.resolve(undefined);
      const { promise, resolve } = Promise.withResolvers<SoundReport | undefined>();
      receiver.setFrameWanted(true);
      soundTest = { test: createSoundTest(listenMs), resolve };
      return promise;
    },
    quality: () => withRejected(meter.quality()),
    setTraced: (on) => {
      trap = on ? (trap ?? createPacketTrap(() => nowMs() + dayOffsetMs)) : undefined;
    },
    levelDbov: () => meter.levelDbov(),
    close: async () => {
      isClosed = true;
      emptyTrap(nowMs());
      soundTest?.resolve(undefined);
      soundTest = undefined;
      await leave();
      receiver.close();
      sender.close();
      if (isStarted) path.sendRtcp(reports.rtcp.goodbye(nowMs() + dayOffsetMs));
      isStarted = false;
      await Promise.all([path.close(), pictures?.close(), slides?.close()]);
    },
    onRtp: path.onRtp,
    onRtcp: path.onRtcp,
  };
};
