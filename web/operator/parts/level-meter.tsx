import { useSyncExternalStore } from 'react';
import { useDesk, useSay } from '../context.ts';

/** Speech lies around -26 dBov (ITU-T P.56); under -60 there is nothing to hear. */
const lowestDbov = -60;

/** How loud the caller is now. */
export function LevelMeter({ legId }: { readonly legId: string }) {
  const { levels } = useDesk();
  const say = useSay();
  const dbov = useSyncExternalStore(levels.subscribe, () => levels.get(legId));
  if (dbov === undefined) return null;
  const share = 1 - Math.max(lowestDbov, dbov) / lowestDbov;
  return (
    <span
      className="level"
      role="meter"
      aria-label={say('level')}
      aria-valuemin={lowestDbov}
      aria-valuemax={0}
      aria-valuenow={Math.max(lowestDbov, dbov)}
      aria-valuetext={`${dbov} dBov`}
    >
      <span style={{ transform: `scaleX(${share.toFixed(2)})` }} />
    </span>
  );
}
