/** How the dialog of a call comes to its end: by a BYE of either side, or with the server that had it. */
import type { Clock } from '../../call/ports/process.ts';
import type { LegEndCause } from '../../call/ports/sip-engine.ts';
import { isDroppedLine } from '../message/dropped-line.ts';
import type { SrfDialog, SrfRequest } from './drachtio-types.ts';
import { within } from './within.ts';

export interface DialogEnd {
  /** There is a dialog. `onBye` where it is ended by a BYE that is not ours. */
  attach(dialog: SrfDialog, onBye: (cause: LegEndCause) => void): void;
  /** The ACK of its INVITE came. */
  ack(): void;
  /** Its drachtio-server, or the way to it, is gone: no ACK will come, and no BYE goes anywhere. */
  lose(): void;
  /**
   * BYE where there is a dialog once `opened` has settled, but not before the ACK (RFC 3261 §15).
   * Resolves when it is over.
   */
  bye(opened: Promise<unknown>): Promise<void>;
}

/** 64 * T1: by then the ACK is there, or drachtio-server has given the call up. */
const ackTimeoutMs = 40_000;

/** Whose BYE it was, and why drachtio-server ended a dialog itself. */
const causeOfBye = (bye: SrfRequest, reason: string | undefined): LegEndCause => {
  if (bye.source === 'network')
    return isDroppedLine([bye.get('Reason') ?? ''])
      ? { by: 'network', how: 'line-dropped' }
      : { by: 'caller', how: 'bye' };
  if (/session|expire/i.test(reason ?? '')) return { by: 'network', how: 'session-expired' };
  return { by: 'network', how: 'no-ack' };
};

export const createDialogEnd = (clock: Clock): DialogEnd => {
  const acked = Promise.withResolvers<undefined>();
  const over = Promise.withResolvers<undefined>();
  let dialog: SrfDialog | undefined;
  let isOver = false;
  let isLost = false;
  const hasBye = (): boolean => isOver;
  const orOver = async (awaited: Promise<unknown>): Promise<void> => {
    await within(clock, ackTimeoutMs, Promise.race([awaited, over.promise]));
  };

  return {
    attach: (made, onBye) => {
      dialog = made;
      made.on('destroy', (bye, reason) => {
        isOver = true;
        over.resolve(undefined);
        onBye(causeOfBye(bye, reason));
      });
    },
    ack: () => {
      acked.resolve(undefined);
    },
    lose: () => {
      isLost = true;
      over.resolve(undefined);
    },
    bye: async (opened) => {
      await orOver(opened);
      if (dialog === undefined || isOver) return;
      if (!isLost) await orOver(acked.promise);
      if (!hasBye()) await orOver(dialog.destroy());
    },
  };
};
