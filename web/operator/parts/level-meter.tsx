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
