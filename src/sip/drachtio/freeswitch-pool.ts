/**
 * Which FreeSWITCH takes the next call, and which may: each is added, drained and removed while
 * calls go on. What is chosen is decided by `chooseFreeSwitch` alone.
 */
import type { FreeSwitch, FreeSwitchServer } from './freeswitch.ts';

export interface FreeSwitchState {
  readonly name: string;
  /** The event socket stands and answers. */
  readonly connected: boolean;
  /** It answers OPTIONS, or has not been asked yet. */
  readonly reachable: boolean;
  /** Takes no new calls; those it has go on. */
  readonly draining: boolean;
  readonly sessions: number;
  readonly maxSessions: number;
}

/** A caller in a meeting is two sessions: its own, and the one to the media worker. */
const sessionsPerCall = 2;

export const isHealthy = (state: FreeSwitchState): boolean => state.connected && state.reachable;

const takesCalls = (state: FreeSwitchState): boolean =>
  isHealthy(state) && !state.draining && state.maxSessions - state.sessions >= sessionsPerCall;

/** The one with most room; undefined where none takes calls. `tried` have just failed this call. */
export const chooseFreeSwitch = (
  states: readonly FreeSwitchState[],
  tried: ReadonlySet<string> = new Set(),
): string | undefined =>
  states
    .filter((state) => takesCalls(state) && !tried.has(state.name))
    .toSorted((a, b) => b.maxSessions - b.sessions - (a.maxSessions - a.sessions))[0]?.name;

const nameOf = ({ host, port }: FreeSwitchServer): string => `${host}:${port}`;

export interface FreeSwitchPool {
  /** The FreeSWITCH for a new call. */
  choose(tried?: ReadonlySet<string>): FreeSwitch | undefined;
  states(): readonly FreeSwitchState[];
  readonly members: readonly FreeSwitch[];
  /** Adds it, or takes it back into service where it was drained. */
  add(server: FreeSwitchServer): void;
  /** No new calls for it. False where there is none of this name. */
  drain(name: string): boolean;
  /** Drains it, and lets go of it when its last call is over. */
  remove(name: string): boolean;
  /** Adds, drains and removes until the pool is as the list says. */
  readonly follow: (list: readonly (FreeSwitchServer & { readonly draining: boolean })[]) => void;
  close(): Promise<void>;
}

export const createFreeSwitchPool = (
  connect: (server: FreeSwitchServer, onIdle: () => void) => FreeSwitch,
): FreeSwitchPool => {
  const members = new Map<string, { readonly freeSwitch: FreeSwitch; draining: boolean }>();
  const leaving = new Set<string>();

  const states = (): readonly FreeSwitchState[] =>
    [...members.values()].map(({ freeSwitch, draining }) => ({
      ...freeSwitch.load(),
      name: freeSwitch.name,
      draining,
    }));

  const letGo = (name: string): void => {
    const member = members.get(name);
    if (member === undefined || !leaving.has(name) || member.freeSwitch.endpoints > 0) return;
    members.delete(name);
    leaving.delete(name);
    void member.freeSwitch.close();
  };

  const drain = (name: string): boolean => {
    const member = members.get(name);
    if (member !== undefined) member.draining = true;
    return member !== undefined;
  };

  const add = (server: FreeSwitchServer): void => {
    const name = nameOf(server);
    leaving.delete(name);
    const known = members.get(name);
    if (known !== undefined) known.draining = false;
    else {
      const freeSwitch = connect(server, () => {
        letGo(name);
      });
      members.set(name, { freeSwitch, draining: false });
    }
  };

  const remove = (name: string): boolean => {
    if (!drain(name)) return false;
    leaving.add(name);
    letGo(name);
    return true;
  };

  return {
    choose: (tried) => {
      const name = chooseFreeSwitch(states(), tried);
      return name === undefined ? undefined : members.get(name)?.freeSwitch;
    },
    states,
    get members() {
      return [...members.values()].map(({ freeSwitch }) => freeSwitch);
    },
    add,
    drain,
    remove,
    follow: (list) => {
      const listed = new Set(list.map(nameOf));
      for (const name of members.keys()) if (!listed.has(name)) remove(name);
      for (const server of list) {
        add(server);
        if (server.draining) drain(nameOf(server));
      }
    },
    close: async () => {
      const all = [...members.values()];
      members.clear();
      await Promise.all(all.map(({ freeSwitch }) => freeSwitch.close()));
    },
  };
};
