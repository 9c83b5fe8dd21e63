/** How a leg's dialog comes about: by an INVITE that came in, or by one of ours. */
import type { CallLeg, LegEndCause } from '../../call/ports/sip-engine.ts';
import type { SrfDialog } from './drachtio-types.ts';

export interface LegOpening {
  /** The INVITE is ours: its 200 brings the answer, and the ACK goes out with the dialog. */
  readonly isOurs: boolean;
  /** 180, where the INVITE is not ours. */
  ring(): void;
  /**
   * 200 with this SDP, or an INVITE with it. `attach` is called with the dialog before anything can
   * happen to it. Resolves with why there is none; never rejects.
   */
  open(sdp: string, attach: (dialog: SrfDialog) => void): Promise<LegEndCause | undefined>;
  /** A final refusal, or CANCEL. False where it is too late for that: BYE ends what there is. */
  takeBack(...answer: Parameters<CallLeg['refuse']>): boolean;
  onCancelled(listener: () => void): void;
}
