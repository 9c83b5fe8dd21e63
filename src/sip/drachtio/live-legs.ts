/** The calls that are alive, each on its connection to a drachtio-server. */
import type { DrachtioLeg } from './drachtio-leg.ts';

export interface LiveLegs {
  readonly size: number;
  /** `make` gets what the leg is to call when all that it held is free. */
  begin(link: object, make: (onClosed: () => void) => DrachtioLeg): DrachtioLeg;
  /** The connection of these calls is gone. */
  readonly lose: (link: object) => void;
  /** Resolves when the last of them is free. */
  hangUp(): Promise<void>;
}

export const createLiveLegs = (): LiveLegs => {
  const legs = new Map<DrachtioLeg, { readonly link: object; readonly closed: Promise<void> }>();
  return {
    get size() {
      return legs.size;
    },
    begin: (link, make) => {
      const closed = Promise.withResolvers<undefined>();
      const leg = make(() => {
        legs.delete(leg);
        closed.resolve(undefined);
      });
      legs.set(leg, { link, closed: closed.promise });
      return leg;
    },
    lose: (link) => {
      for (const [leg, held] of legs) if (held.link === link) leg.lose();
    },
    hangUp: async () => {
      for (const leg of legs.keys()) leg.hangUp();
      await Promise.all(Array.from(legs.values(), ({ closed }) => closed));
    },
  };
};
