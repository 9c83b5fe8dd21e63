/** A codec's place in the E-model: impairment without loss, and robustness against it (ITU-T G.113). */
export interface CodecImpairment {
  readonly equipmentImpairment: number;
  readonly lossRobustness: number;
}

/** G.113 appendix I: G.711 with packet loss concealment, and without. */
export const g711Impairment: CodecImpairment = { equipmentImpairment: 0, lossRobustness: 25.1 };
export const g711WithoutConcealmentImpairment: CodecImpairment = {
  equipmentImpairment: 0,
  lossRobustness: 4.3,
};
/** Not in G.113: near a good narrowband codec of 20 ms frames with concealment. */
export const opusImpairment: CodecImpairment = { equipmentImpairment: 5, lossRobustness: 20 };

/** R of a connection with all other parameters at their defaults (ITU-T G.107 §7). */
const defaultRating = 93.2;

export interface ConnectionImpairment {
  /** Mouth to ear, one way. */
  readonly delayMs: number;
  /** Random loss after the jitter buffer, 0 to 100. */
  readonly lossPct: number;
  readonly codec: CodecImpairment;
}

/**
 * Transmission rating R, 0 to 93.2, of the simplified E-model: delay (G.107 §7.4, in the usual
 * approximation by two lines with a knee at 177.3 ms) and codec with random loss (§7.5).
 */
export const transmissionRating = ({ delayMs, lossPct, codec }: ConnectionImpairment): number => {
  const delay = Math.max(0, delayMs);
  const loss = Math.min(100, Math.max(0, lossPct));
  const delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const { equipmentImpairment, lossRobustness } = codec;
  const equipment =
    equipmentImpairment + (95 - equipmentImpairment) * (loss / (loss + lossRobustness));
  return Math.max(0, defaultRating - delayImpairment - equipment);
};

/** Mean opinion score, 1 to 4.5, of a rating (G.107 annex B). */
export const mosOfRating = (rating: number): number => {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  const mos = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
  return Math.min(4.5, Math.max(1, mos));
};

export const estimateMos = (impairment: ConnectionImpairment): number =>
  mosOfRating(transmissionRating(impairment));
