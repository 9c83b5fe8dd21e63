/** Requests within the dialog of a call: re-INVITE, UPDATE, INFO, of the other side and of ours. */
import type { MediaDirection } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import { infoDigit } from '../dialog/info-digit.ts';
import {
  asksForKeyFrame,
  mediaControlType,
  pictureFastUpdate,
} from '../dialog/picture-fast-update.ts';
import type { SrfDialog, SrfRequest, SrfResponse } from './drachtio-types.ts';
import type { LegSound } from './leg-sound.ts';

export interface DialogRequestsDeps {
  readonly sound: Pick<LegSound, 'redescribe' | 'offerVideo' | 'settle' | 'requestKeyFrame'>;
  readonly isEnded: () => boolean;
  /** An offer was answered: the way sound goes from now on. */
  readonly onDirection: (direction: MediaDirection) => void;
  readonly onDigit: (digit: string) => void;
  readonly log: Logger;
}

export interface DialogRequests {
  /** Answers them from now on. */
  listen(dialog: SrfDialog): void;
  /** By INFO, RFC 5168; who knows nothing of it is left alone. */
  askForKeyFrame(): void;
  /** By re-INVITE, to who has pictures and offered none; the call goes on whatever the answer is. */
  offerVideo(): void;
}

export const createDialogRequests = (deps: DialogRequestsDeps): DialogRequests => {
  /** One after another. */
  let exchanges = Promise.resolve();
  let established: SrfDialog | undefined;

  const answerOffer = async (
    dialog: SrfDialog,
    body: string | undefined,
    answer: SrfResponse,
  ): Promise<void> => {
    const described = await deps.sound.redescribe(body === '' ? undefined : body);
    if (deps.isEnded()) return;
    if (!described.ok) {
      // The call goes on as it was. RFC 3261 §14.2
      answer.send(described.sipStatus, undefined, {});
      return;
    }
    // What drachtio-srf answers by itself from now on.
    dialog.local.sdp = described.sdp;
    const { contact } = dialog.local;
    answer.send(200, undefined, {
      headers: {
        'Content-Type': 'application/sdp',
        ...(contact === undefined ? {} : { Contact: contact }),
      },
      body: described.sdp,
    });
    deps.onDirection(described.direction);
  };
  const onOffer = (dialog: SrfDialog, { body }: SrfRequest, answer: SrfResponse): void => {
    exchanges = exchanges
      .then(() => answerOffer(dialog, body, answer))
      .catch((error: unknown) => {
        deps.log.error({ err: error }, 're-INVITE failed');
      });
  };

  const offerVideo = async (): Promise<void> => {
    const sdp = await deps.sound.offerVideo?.();
    if (sdp === undefined || deps.isEnded() || established === undefined) return;
    const { local } = established;
    const before = local.sdp;
    try {
      await deps.sound.settle(await established.modify(sdp));
    } catch (error) {
      local.sdp = before;
      deps.log.debug({ err: error }, 'pictures were not taken');
    }
  };

  const onInfo = (info: SrfRequest, answer: SrfResponse): void => {
    answer.send(200, undefined, {});
    const [type = ''] = (info.get('Content-Type') ?? '').split(';');
    const mediaType = type.trim().toLowerCase();
    const body = Buffer.from(info.body ?? '');
    if (asksForKeyFrame(mediaType, body) && !deps.isEnded()) deps.sound.requestKeyFrame?.();
    const digit = infoDigit(mediaType, body);
    if (digit !== undefined && !deps.isEnded()) deps.onDigit(digit);
  };

  return {
    listen: (dialog) => {
      established = dialog;
      dialog.on('modify', (offer, answer) => {
        onOffer(dialog, offer, answer);
      });
      dialog.on('update', (update, answer) => {
        if (update.body) onOffer(dialog, update, answer);
        else answer.send(200, undefined, {});
      });
      dialog.on('info', onInfo);
    },
    offerVideo: () => {
      exchanges = exchanges.then(offerVideo).catch((error: unknown) => {
        deps.log.error({ err: error }, 'our re-INVITE failed');
      });
    },
    askForKeyFrame: () => {
      if (deps.isEnded()) return;
      established
        ?.request({
          method: 'INFO',
          headers: { 'Content-Type': mediaControlType },
          body: pictureFastUpdate,
        })
        .catch((error: unknown) => {
          deps.log.debug({ err: error }, 'nobody was asked for a key frame');
        });
    },
  };
};
