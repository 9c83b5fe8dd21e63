/** How a live call is now, and by which trunk it came: read from its story. */
import type { CallRecord, TimelineEntry } from '../call/ports/call-records.ts';
import { soundWays } from '../call/ports/sip-engine.ts';
import type { TimelineEvent } from '../call/timeline.ts';

export interface CallNow {
  readonly muted: boolean;
  readonly handRaised: boolean;
  readonly onHold: boolean;
  /** Waits for a person of the service desk, or is with one. */
  readonly desk: 'called' | 'answered' | null;
  readonly trunk: string | null;
  /** Of the worst way; null where it is not known (yet). */
  readonly mos: number | null;
}

/** What switches it on, and what off. */
const switches = {
  muted: { on: ['muted'], off: ['unmuted'] },
  handRaised: { on: ['hand-raised'], off: ['hand-lowered'] },
  onHold: { on: ['held'], off: ['resumed'] },
} as const satisfies Record<
  string,
  { readonly on: readonly TimelineEvent[]; readonly off: readonly TimelineEvent[] }
>;

/** All are off in a call that is over. */
export function callNow({ state, timeline, quality }: CallRecord): CallNow {
  const isOn = ({ on, off }: { on: readonly string[]; off: readonly string[] }): boolean => {
    const last = timeline.findLast(({ event }) => on.includes(event) || off.includes(event));
    return state !== 'ended' && last !== undefined && on.includes(last.event);
  };
  const known = soundWays.map((way) => quality?.[way]?.mos).filter((mos) => mos !== undefined);
  return {
    muted: isOn(switches.muted),
    handRaised: isOn(switches.handRaised),
    onHold: isOn(switches.onHold),
    desk: state === 'ended' ? null : deskOf(timeline),
    trunk: trunkOf(timeline),
    mos: known.length === 0 ? null : Math.min(...known),
  };
}

function deskOf(timeline: readonly TimelineEntry[]): CallNow['desk'] {
  const last = timeline.findLast(({ event }) => event.startsWith('desk-'))?.event;
  if (last === 'desk-called') return 'called';
  return last === 'desk-answered' ? 'answered' : null;
}

function trunkOf(timeline: readonly TimelineEntry[]): string | null {
  const trunk = timeline.find(({ event }) => event === 'arrived')?.fields?.['trunk'];
  return typeof trunk === 'string' ? trunk : null;
}
