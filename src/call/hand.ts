/** A caller's raised hand: shown in the room, where the server alone writes it. */
import type { CallOutput } from './call-messages.ts';

export interface Hand {
  readonly raised: boolean;
  toggle(now: number): readonly CallOutput[];
  /** Nothing where it is not raised. */
  lower(now: number, by: 'host' | 'caller'): readonly CallOutput[];
  /** A participant who had to come back to the room shows it anew. */
  again(): readonly CallOutput[];
}

export function createHand(): Hand {
  let raisedAt: number | undefined;

  const lower = (now: number, by: 'host' | 'caller'): readonly CallOutput[] => {
    if (raisedAt === undefined) return [];
    raisedAt = undefined;
    return [
      { do: 'note', event: 'hand-lowered', fields: { by } },
      { do: 'show-hand', raised: false, at: now },
    ];
  };

  return {
    get raised() {
      return raisedAt !== undefined;
    },
    toggle(now) {
      if (raisedAt !== undefined) return lower(now, 'caller');
      raisedAt = now;
      return [
        { do: 'note', event: 'hand-raised' },
        { do: 'show-hand', raised: true, at: now },
      ];
    },
    lower,
    again: () => (raisedAt === undefined ? [] : [{ do: 'show-hand', raised: true, at: raisedAt }]),
  };
}
