/**
 * One call on drachtio-server, whoever called: the SIP side of a CallLeg, on a sound that somebody
 * holds. For a call of ours `answer` sends the INVITE and waits for its 200.
 *
 *   invited -- answer --> answering -- 200 --> answered -- ACK --> confirmed
 *      |                      |                   |                    | re-INVITE, INFO
 *      v                      v                   v                    v
 *    ended, exactly once; then the sound is let go and the dialog is brought to its end
 */
import type { MediaDirection } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type {
  CallInvitation,
  CallLeg,
  LegEndCause,
  LegEvent,
  LegQuality,
} from '../../call/ports/sip-engine.ts';
import { createDigitMerge } from '../leg/digit-merge.ts';
import { noPackets } from './channel-quality.ts';
import { createDialogEnd } from './dialog-end.ts';
import { createDialogRequests } from './dialog-requests.ts';
import type { SrfDialog, SrfRequest } from './drachtio-types.ts';
import type { LegOpening } from './leg-opening.ts';
import type { LegSound, Settled, SoundEvent } from './leg-sound.ts';
import { within } from './within.ts';

export interface DrachtioLegDeps {
  readonly invitation: CallInvitation;
  readonly opening: LegOpening;
  /** The offer, or undefined: then ours goes into the 200, or into an INVITE of ours. */
  readonly offer: string | undefined;
  readonly sound: LegSound;
  readonly clock: Clock;
  readonly log: Logger;
  /** All that the call held is free. */
  readonly onClosed: () => void;
}

export interface DrachtioLeg extends CallLeg {
  /** Resolves with how it ended. */
  readonly ended: Promise<LegEndCause>;
  /** The drachtio-server of the call, or its way to us, is gone. */
  lose(): void;
}

type AnswerOutcome = Awaited<ReturnType<CallLeg['answer']>>;

const qualityTimeoutMs = 1_000;
const noQuality: LegQuality = { up: noPackets, down: undefined };

export const createDrachtioLeg = (deps: DrachtioLegDeps): DrachtioLeg => {
  const { opening, sound, clock, log } = deps;
  const digits = createDigitMerge();
  const ending = createDialogEnd(clock);
  const over = Promise.withResolvers<LegEndCause>();
  let listener: ((event: LegEvent) => void) | undefined;
  /** Of a call of ours: what came before anybody listened. */
  let unheard: LegEvent[] = [];
  let settledMedia: Settled | undefined;
  let dialog: SrfDialog | undefined;
  let answering: Promise<AnswerOutcome> | undefined;
  let finalQuality: Promise<LegQuality> | undefined;
  let isConfirmed = false;
  let isEnded = false;
  let wasHeld = false;

  const emit = (event: LegEvent): void => {
    if (listener === undefined) unheard.push(event);
    try {
      listener?.(event);
    } catch (error) {
      log.error({ err: error }, 'leg listener threw');
    }
  };

  // ---------------------------------------------------------------- the end

  const end = (cause: LegEndCause): void => {
    if (isEnded) return;
    isEnded = true;
    finalQuality = sounds(sound.quality());
    emit({ type: 'ended', cause });
    over.resolve(cause);
    void letGo(finalQuality);
  };
  const sounds = async (quality: Promise<LegQuality>): Promise<LegQuality> =>
    (await within(clock, qualityTimeoutMs, quality)) ?? noQuality;

  const letGo = async (figures: Promise<LegQuality>): Promise<void> => {
    // BYE before the media: the caller is not to hear a line gone dead.
    const farewell = ending.bye(answering ?? Promise.resolve());
    await figures;
    await Promise.all([sound.close(), farewell]);
    deps.onClosed();
  };

  // ---------------------------------------------------------------- what the dialog says

  const tellHold = (direction: MediaDirection): void => {
    const isHeld = direction !== 'sendrecv';
    if (isHeld === wasHeld || isEnded) return;
    wasHeld = isHeld;
    emit({ type: isHeld ? 'held' : 'resumed' });
  };

  const inDialog = createDialogRequests({
    sound,
    isEnded: () => isEnded,
    onDirection: tellHold,
    onDigit: (digit) => {
      if (digits.accept(clock.now(), 'info', digit)) emit({ type: 'digit', digit, source: 'info' });
    },
    log,
  });

  const onAck = async ({ body }: Pick<SrfRequest, 'body'>): Promise<void> => {
    ending.ack();
    // That of a re-INVITE is an ACK too.
    if (isEnded || isConfirmed) return;
    isConfirmed = true;
    if (deps.offer === undefined) settledMedia = await sound.settle(body ?? '');
    if (hasEnded()) return;
    // There never was a session that the call could go on with.
    if (deps.offer === undefined && settledMedia === undefined) end({ by: 'gateway', how: 'bye' });
    else {
      sound.start();
      emit({ type: 'confirmed' });
      const suite = settledMedia?.media.security?.suite;
      if (suite !== undefined && !opening.isOurs)
        emit({ type: 'srtp-settled', keys: 'sdes', suite });
    }
  };
  const hasEnded = (): boolean => isEnded;

  const attach = (made: SrfDialog): void => {
    dialog = made;
    ending.attach(made, end);
    made.on('ack', (ack) => {
      onAck(ack).catch((error: unknown) => {
        log.error({ err: error }, 'ACK failed');
      });
    });
    inDialog.listen(made);
  };

  const onSoundEvent = (event: SoundEvent): void => {
    if (isEnded) return;
    if (event.type === 'lost') end({ by: 'network', how: 'engine-lost' });
    else if (event.type === 'key-frame-wanted') inDialog.askForKeyFrame();
    else if (event.type !== 'digit' || digits.accept(clock.now(), 'media', event.digit))
      emit(event);
  };

  // ---------------------------------------------------------------- what the call wants

  const refuse: CallLeg['refuse'] = (...answer) => {
    if (!isEnded && opening.takeBack(...answer)) end({ by: 'gateway', how: 'refused' });
  };

  const answer = async (): Promise<AnswerOutcome> => {
    if (isEnded) return { outcome: 'gone' };
    const described = await sound.describe(deps.offer);
    if (hasEnded()) return { outcome: 'gone' };
    if (!described.ok) {
      const { sipStatus, retryAfterS } = described;
      refuse(sipStatus, retryAfterS === undefined ? {} : { retryAfterS });
      return { outcome: 'refused', sipStatus };
    }
    const failure = await opening.open(described.sdp, attach);
    if (failure !== undefined) {
      end(failure);
      return { outcome: 'gone' };
    }
    if (hasEnded()) return { outcome: 'gone' };
    // The 200 has the answer to our offer, and its ACK is sent.
    if (opening.isOurs) await onAck({ body: dialog?.remote.sdp });
    if (hasEnded()) return { outcome: 'gone' };
    tellHold(described.direction);
    return { outcome: 'answered', media: (settledMedia ?? described).media };
  };

  opening.onCancelled(() => {
    end({ by: 'caller', how: 'cancel' });
  });
  sound.onEvent(onSoundEvent);

  return {
    invitation: deps.invitation,
    ended: over.promise,
    ring: () => {
      if (!isEnded) opening.ring();
    },
    answer: () => (answering ??= answer()),
    refuse,
    play: (utterance) => {
      if (!isEnded) sound.play(utterance);
    },
    stopPlaying: () => {
      if (!isEnded) sound.stopPlaying();
    },
    join: async (target) => {
      if (isEnded || dialog === undefined) return { joined: false, reason: 'rejected' };
      const outcome = await sound.join(target);
      if (outcome.joined) inDialog.offerVideo();
      return outcome;
    },
    leaveRoom: async () => {
      if (!isEnded) await sound.leaveRoom();
    },
    setMuted: (muted) => {
      if (!isEnded) sound.setMuted(muted);
    },
    setVolumeDb: (volumeDb) => {
      if (!isEnded) sound.setVolumeDb(volumeDb);
    },
    showFirst: (what) => {
      if (!isEnded) sound.showFirst?.(what);
    },
    sendKey: (digit) => {
      if (!isEnded) sound.sendKey(digit);
    },
    testSound: async (listenMs) => {
      if (isEnded) return undefined;
      const report = await Promise.race([sound.testSound?.(listenMs), over.promise]);
      return report !== undefined && 'by' in report ? undefined : report;
    },
    quality: () => finalQuality ?? sounds(sound.quality()),
    hangUp: () => {
      if (isEnded) return;
      end({ by: 'gateway', how: opening.takeBack(480) ? 'refused' : 'bye' });
    },
    onEvent: (newListener) => {
      listener = newListener;
      const heardNow = unheard;
      unheard = [];
      for (const event of heardNow) emit(event);
    },
    lose: () => {
      ending.lose();
      end({ by: 'network', how: 'engine-lost' });
    },
  };
};
