/**
 * All that runs on one media worker: its legs, its part of the meetings, and the one clock that
 * drives them. A tick is three steps, for one meeting after another:
 *
 *   0. what came of the rooms and of other nodes is taken off its sockets
 *   1. every leg takes its caller's next 20 ms out of its jitter buffer
 *   2. the meeting sums its callers and tracks and reads the other workers' lanes
 *   3. every leg sends its caller 20 ms: prompt and mix
 */
import type { LegId } from '../call/identifiers.ts';
import type { Logger } from '../call/ports/process.ts';
import type { JoinOutcome } from '../call/ports/sip-engine.ts';
import { createJoinQueue } from './join-queue.ts';
import { createMediaClock } from './media-clock.ts';
import { monotonicMs } from './monotonic-ms.ts';
import type { WorkerLeg } from './media-leg.ts';
import { openLeg } from './open-leg.ts';
import type { RoomVisit } from './room-visit.ts';
import type { DtlsIdentity } from './rtp/dtls-identity.ts';
import type { BatchedUdp } from './udp/batched-udp.ts';
import type { NodeLinks } from './node-link/node-links.ts';
import { createPortPool } from './rtp/port-pool.ts';
import { createTickOrder } from './tick-order.ts';
import { createCardMaker } from './video/card-maker.ts';
import type { LinkThread } from './room/link-types.ts';
import type { WorkerMeeting } from './worker-meeting.ts';
import { createWorkerMeetings } from './worker-meetings.ts';
import type {
  FromWorker,
  JoinTicket,
  ToWorker,
  WorkerCommand,
  WorkerGauges,
  WorkerRequest,
  WorkerSetup,
} from './worker-protocol.ts';

export interface MediaWorker {
  /** Takes one message of the main thread. Never throws. */
  handle(message: ToWorker): void;
}

export interface MediaWorkerDeps {
  readonly setup: WorkerSetup;
  readonly dtlsIdentity: DtlsIdentity | undefined;
  /** Closed with the worker. */
  readonly nodeLinks?: NodeLinks | undefined;
  /** Undefined: sound comes and goes by Node's own sockets. */
  readonly udp?: BatchedUdp | undefined;
  readonly post: (message: FromWorker) => void;
  readonly log: Logger;
}

/** A port rests so long after a call: a late packet of that call does not reach the next. */
const portRestMs = 2000;

/** An ordinary join takes some 120 ms; one that waits for its server holds up no others. */
const longestJoinPlaceMs = 500;

const after = (delayMs: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, delayMs);
  return () => {
    clearTimeout(timer);
  };
};

export const createMediaWorker = (deps: MediaWorkerDeps): MediaWorker => {
  const { setup, dtlsIdentity, nodeLinks, udp, post, log } = deps;
  const legs = new Map<LegId, WorkerLeg>();
  /** The legs that the clock drives: all but those that failed. */
  const ticking = createTickOrder();
  const joins = createJoinQueue({
    concurrent: setup.settings.concurrentJoins,
    longestPlaceMs: longestJoinPlaceMs,
    after,
  });
  const cards = createCardMaker(log);
  const ports = createPortPool({ ...setup.rtpPorts, quarantineMs: portRestMs });
  const thread: LinkThread = {
    adopt: udp?.prompt.adopt,
    onArrival: () => {
      clock.keepUp();
    },
  };
  const meetings = createWorkerMeetings({ setup, nodeLinks, thread, post, log });

  /** A bug met in one leg's work ends that leg; the others must not hear of it. */
  const onFault = (legId: LegId, error: unknown): void => {
    log.error({ legId, err: error }, 'media leg failed');
    if (ticking.remove(legId)) post({ type: 'leg-event', legId, event: { type: 'media-timeout' } });
  };
  const onTick = (tick: number, skippedTicks: number, dueMs: number): void => {
    const nowMs = monotonicMs();
    const takeVoices = (meeting?: WorkerMeeting): void => {
      for (const { legId, leg } of ticking.legsOf(meeting))
        try {
          leg.takeVoice(nowMs);
        } catch (error) {
          onFault(legId, error);
        }
    };
    const sendFrames = (meeting?: WorkerMeeting): void => {
      for (const { legId, leg } of ticking.legsOf(meeting))
        try {
          leg.sendFrame(tick, skippedTicks > 0);
        } catch (error) {
          onFault(legId, error);
        }
    };
    udp?.holdUntil(nowMs < dueMs ? dueMs : undefined);
    udp?.prompt.read();
    takeVoices();
    sendFrames();
    meetings.tick(tick, takeVoices, sendFrames);
    udp?.holdUntil(undefined);
  };
  const { epochMs } = setup;
  const between = udp && { isWanted: ticking.isAwaited, run: udp.readReady };
  const clock = createMediaClock({
    ...{ epochMs, nowMs: monotonicMs, after, onTick, between },
    mayLead: udp !== undefined,
  });
  clock.start();

  const open = async ({
    requestId,
    legId,
    localAddress,
    video,
  }: Extract<WorkerRequest, { type: 'open' }>): Promise<void> => {
    const leg = await openLeg({
      localAddress,
      ports,
      openUdp: udp?.open,
      thread,
      hasPictures: video,
      cards,
      setup,
      dtlsIdentity,
      log: log.child({ legId }),
      emit: (event) => {
        post({ type: 'leg-event', legId, event });
      },
      onTraced: (localPort, packets) => {
        post({ type: 'leg-traced', legId, localPort, packets });
      },
      onTokenNeeded: () => {
        post({ type: 'leg-token-needed', legId });
      },
      onFault: (error) => {
        onFault(legId, error);
      },
    });
    if (leg === undefined) {
      post({ type: 'open-failed', requestId });
      return;
    }
    legs.set(legId, leg);
    ticking.add(legId, leg);
    const { localPort, localRtcpPort, pictures } = leg;
    post({
      type: 'opened',
      requestId,
      localPort,
      localRtcpPort,
      localVideoPort: pictures?.localPort,
      localVideoRtcpPort: pictures?.localRtcpPort,
      dtlsFingerprint: dtlsIdentity?.fingerprint,
    });
  };

  const openVideo = async (requestId: number, legId: LegId): Promise<void> => {
    const pictures = await legs.get(legId)?.openPictures();
    if (pictures === undefined) post({ type: 'open-failed', requestId });
    else {
      const { localPort: localVideoPort, localRtcpPort: localVideoRtcpPort } = pictures;
      post({ type: 'video-opened', requestId, localVideoPort, localVideoRtcpPort });
    }
  };

  const openSlides = async (requestId: number, legId: LegId): Promise<void> => {
    const slides = await legs.get(legId)?.openSlides();
    if (slides === undefined) post({ type: 'open-failed', requestId });
    else {
      const { localPort: rtpPort, localRtcpPort: rtcpPort } = slides;
      post({ type: 'slides-opened', requestId, rtpPort, rtcpPort });
    }
  };

  const join = async (requestId: number, legId: LegId, ticket: JoinTicket): Promise<void> => {
    const leg = legs.get(legId);
    if (leg === undefined) {
      post({ type: 'join-done', requestId, outcome: { joined: false, reason: 'unreachable' } });
      return;
    }
    // The room is heard while the participant still joins.
    const visit = leg.enter(meetings.obtain(ticket.target.room, ticket.lanes), ticket);
    ticking.moved(legId);
    let outcome: JoinOutcome = { joined: false, reason: 'unreachable' };
    try {
      outcome = await joins.run(() => visit.join());
    } finally {
      // The leg may be on another visit by now: that one is not touched.
      if (!outcome.joined) await leave(legId, leg, visit);
    }
    post({ type: 'join-done', requestId, outcome });
  };

  const leave = async (legId: LegId, leg: WorkerLeg, only?: RoomVisit): Promise<void> => {
    const meeting = leg.meeting();
    const left = leg.leave(only);
    ticking.moved(legId);
    // Before the link is closed: the next message may begin the meeting anew, with other lanes.
    if (meeting !== undefined) meetings.forgetIfIdle(meeting);
    await left;
  };

  const close = async (legId: LegId): Promise<void> => {
    const leg = legs.get(legId);
    if (leg === undefined) return;
    legs.delete(legId);
    ticking.remove(legId);
    await leave(legId, leg);
    await leg.close();
  };

  const stop = async (): Promise<void> => {
    clock.stop();
    await Promise.all([...legs.keys()].map(close));
    await meetings.close();
    await udp?.close();
  };

  const gauges = (): WorkerGauges => {
    const { worstLatenessMs, skippedTicks } = clock.measures();
    const all = [...legs.values()];
    return {
      legs: legs.size,
      sockets: ports.inUse * 2,
      ...meetings.gauges(),
      links: all.filter((leg) => leg.meeting() !== undefined).length,
      joinsWaiting: joins.waiting(),
      skippedTicks,
      worstLatenessMs,
    };
  };

  const request = async (message: WorkerRequest): Promise<void> => {
    const { requestId } = message;
    switch (message.type) {
      case 'open':
        return open(message);
      case 'open-video':
        return openVideo(requestId, message.legId);
      case 'open-slides':
        return openSlides(requestId, message.legId);
      case 'join':
        return join(requestId, message.legId, message.ticket);
      case 'leave': {
        const leg = legs.get(message.legId);
        if (leg !== undefined) await leave(message.legId, leg);
        break;
      }
      case 'close':
        await close(message.legId);
        break;
      case 'stop':
        await stop();
        break;
      case 'quality': {
        const quality = legs.get(message.legId)?.quality();
        if (quality === undefined) break;
        post({ type: 'quality-read', requestId, quality });
        return;
      }
      case 'test-sound': {
        const report = await legs.get(message.legId)?.testSound(message.listenMs);
        if (report === undefined) break;
        post({ type: 'sound-tested', requestId, report });
        return;
      }
      case 'levels':
        post({
          type: 'levels-read',
          requestId,
          levels: new Map(Array.from(legs, ([legId, leg]) => [legId, leg.levelDbov()])),
        });
        return;
      case 'gauges':
        post({ type: 'gauges-read', requestId, gauges: gauges() });
        return;
    }
    post({ type: 'done', requestId });
  };

  const command = (message: WorkerCommand): void => {
    switch (message.type) {
      case 'configure':
        return legs.get(message.legId)?.configure(message.session);
      case 'start':
        return legs.get(message.legId)?.start();
      case 'play':
        return legs.get(message.legId)?.play(message.utterance);
      case 'stop-playing':
        return legs.get(message.legId)?.stopPlaying();
      case 'set-muted':
        return legs.get(message.legId)?.setMuted(message.muted);
      case 'set-volume':
        return legs.get(message.legId)?.setVolumeDb(message.volumeDb);
      case 'set-floor':
        return legs.get(message.legId)?.setFloor(message.holder);
      case 'show-first':
        return legs.get(message.legId)?.showFirst(message.what);
      case 'send-key':
        return legs.get(message.legId)?.sendKey(message.digit);
      case 'request-key-frame':
        return legs.get(message.legId)?.pictures?.requestKeyFrame();
      case 'show-card':
        return legs.get(message.legId)?.showCard(message.card);
      case 'trace':
        return legs.get(message.legId)?.setTraced(message.on);
      case 'leg-token':
        return legs.get(message.legId)?.setToken(message.token);
      case 'listen':
        meetings.listen(message.room, message.lanes, message.token);
        return;
      case 'link':
        meetings.link(message.room, message.node, message.door);
        return;
      case 'ear-token':
        meetings.setEarToken(message.room, message.token);
        return;
      case 'picture-token':
        meetings.setPictureToken(message.room, message.trackSid, message.token);
        return;
      case 'stop-listening':
        spawn(meetings.stopListening(message.room));
    }
  };

  /** A bug in one message ends that message's work, never the worker. */
  const spawn = (work: Promise<void>, onFailed: () => void = () => undefined): void => {
    work.catch((error: unknown) => {
      log.error({ err: error }, 'media worker message failed');
      onFailed();
    });
  };

  return {
    handle: (message) => {
      thread.onArrival();
      if ('requestId' in message)
        spawn(request(message), () => {
          post({ type: 'failed', requestId: message.requestId });
        });
      else command(message);
    },
  };
};
