/** Asks each FreeSWITCH, by OPTIONS through drachtio-server, whether calls can reach it. */
import type { Clock } from '../../call/ports/process.ts';
import type { DrachtioConnection } from './drachtio-connection.ts';
import type { FreeSwitchPool } from './freeswitch-pool.ts';

export interface FreeSwitchPingDeps {
  readonly pool: Pick<FreeSwitchPool, 'members'>;
  /** One that is; undefined: none, and nobody is asked. */
  readonly connected: () => Pick<DrachtioConnection, 'ping'> | undefined;
  readonly clock: Clock;
}

const intervalMs = 10_000;

/** Begins at once; returns how it is ended. */
export const pingFreeSwitches = ({ pool, connected, clock }: FreeSwitchPingDeps): (() => void) => {
  let cancel: (() => void) | undefined;
  const ping = (): void => {
    const through = connected();
    for (const freeSwitch of pool.members) {
      const { sipUri } = freeSwitch;
      if (sipUri === undefined || through === undefined) continue;
      void through.ping(sipUri).then((answered) => {
        if (answered !== undefined) freeSwitch.setReachable(answered);
      });
    }
    cancel = clock.at(clock.now() + intervalMs, ping);
  };
  ping();
  return () => {
    cancel?.();
  };
};
