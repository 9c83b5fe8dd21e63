/**
 * A call of ours as a leg that has not been answered yet: `answer` is when somebody picks up. So a
 * call that we make is recorded, limited and ended by the same machine as one that comes in.
 *
 *   ringing ──answer──▶ dialling ──picked up──▶ the engine's own leg, word for word
 *      │                    ├──busy, no answer, refused──▶ answer: `refused`
 *      └──hang-up──▶ over ◀─┴──hang-up (CANCEL)
 */
import type { LegId } from './identifiers.ts';
import { asSipCallId } from './identifiers.ts';
import type {
  CallInvitation,
  CallLeg,
  DialOutcome,
  DialRequest,
  LegEvent,
  LegQuality,
  SipEngine,
} from './ports/sip-engine.ts';

export interface OutgoingLegDeps {
  readonly legId: LegId;
  readonly dial: NonNullable<SipEngine['dial']>;
  readonly request: Omit<DialRequest, 'legId'>;
  /** The one called, where it is a room system of our own. */
  readonly roomSystem?: string | undefined;
}

const unheard = { packets: 0, lost: 0, lossPct: 0, jitterMs: 0, mos: 1 };
const noQuality: LegQuality = { up: unheard, down: undefined };

/** One status for each way in which nobody picked up, so that the end reason can be told from it. */
const statusOf = (outcome: Extract<DialOutcome, { outcome: 'failed' }>): number => {
  switch (outcome.how) {
    case 'busy':
      return 486;
    case 'no-answer':
      return 480;
    case 'unreachable':
      return 503;
    case 'rejected':
    case 'cancelled':
      return 603;
  }
};

export function createOutgoingLeg({ legId, dial, request, roomSystem }: OutgoingLegDeps): CallLeg {
  const taking = new AbortController();
  let listener: ((event: LegEvent) => void) | undefined;
  let leg: CallLeg | undefined;
  let answering: ReturnType<CallLeg['answer']> | undefined;
  let isOver = false;

  const answer = async (): ReturnType<CallLeg['answer']> => {
    const outcome = await dial({ legId, ...request }, taking.signal);
    if (outcome.outcome === 'failed')
      return isOver ? { outcome: 'gone' } : { outcome: 'refused', sipStatus: statusOf(outcome) };
    leg = outcome.leg;
    leg.onEvent((event) => listener?.(event));
    return { outcome: 'answered', media: outcome.media };
  };

  /** Whoever hangs up before the answer takes the call back. */
  const hangUp = (): void => {
    if (leg !== undefined) {
      leg.hangUp();
    } else if (!isOver) {
      isOver = true;
      taking.abort();
      queueMicrotask(() => {
        listener?.({ type: 'ended', cause: { by: 'gateway', how: 'refused' } });
      });
    }
  };

  const invitation: CallInvitation = {
    legId,
    /** The engine's, once the call is answered. */
    get sipCallId() {
      return leg?.invitation.sipCallId ?? asSipCallId(legId);
    },
    source: { address: '', port: 0, transport: 'udp' },
    // The person is whoever is called: names, masks and removals go by that number.
    callerNumber: roomSystem === undefined ? request.to : undefined,
    roomSystem,
    dialled: { user: request.callerNumber ?? '', host: '' },
    signallingEncrypted: false,
    trunk: request.trunk,
  };
  return {
    invitation,
    ring: () => undefined,
    answer: () => (answering ??= isOver ? Promise.resolve({ outcome: 'gone' }) : answer()),
    refuse: hangUp,
    play: (utterance) => leg?.play(utterance),
    stopPlaying: () => leg?.stopPlaying(),
    join: (target) =>
      leg?.join(target) ?? Promise.resolve({ joined: false, reason: 'unreachable' }),
    leaveRoom: () => leg?.leaveRoom() ?? Promise.resolve(),
    setMuted: (muted) => leg?.setMuted(muted),
    setVolumeDb: (volumeDb) => leg?.setVolumeDb(volumeDb),
    showFirst: (what) => leg?.showFirst?.(what),
    sendKey: (digit) => leg?.sendKey(digit),
    testSound: (listenMs) => leg?.testSound?.(listenMs) ?? Promise.resolve(undefined),
    quality: () => leg?.quality() ?? Promise.resolve(noQuality),
    hangUp,
    onEvent: (heard) => {
      listener = heard;
    },
  };
}
