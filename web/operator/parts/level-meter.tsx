import { useSay } from '../context.ts';

/** Speech lies around -26 dBov (ITU-T P.56); under -60 there is nothing to hear. */
const lowestDbov = -60;

/** How loud the caller is, as it was measured last. */
export function LevelMeter({ dbov }: { readonly dbov: number | null }) {
  const say = useSay();
  if (dbov === null) return null;
  return (
    <meter
      aria-label={say('level')}
      title={`${dbov} dBov`}
      min={lowestDbov}
      max={0}
      value={Math.max(lowestDbov, dbov)}
    />
  );
}
