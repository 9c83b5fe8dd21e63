/** What people want of one live call: whether it makes sense for it now, and then handed to it. */
import type { CallInput } from './call-messages.ts';
import type { CallRegistry } from './call-registry.ts';
import type { CallSession } from './call-session.ts';
import type { HostMessage } from './host-message.ts';
import type { CallId, LegId, RoomName } from './identifiers.ts';
import type { CallState } from './ports/call-records.ts';

/** `wrong-state`: the call is there, but what was asked makes no sense for it now. */
export type CommandOutcome = 'done' | 'not-found' | 'wrong-state';

export interface CallCommands {
  hangUp(legId: LegId, by?: 'host' | 'operator'): CommandOutcome;
  admit(legId: LegId, by?: 'host' | 'operator'): CommandOutcome;
  refuse(legId: LegId): CommandOutcome;
  mute(legId: LegId): CommandOutcome;
  unmute(legId: LegId): CommandOutcome;
  /** A fixed sentence to one who waits. */
  message(legId: LegId, message: HostMessage): CommandOutcome;
  /** A private word in this side room: for one who waits, and for a host on the phone. */
  talk(legId: LegId, room: RoomName): CommandOutcome;
  endTalk(legId: LegId): CommandOutcome;
  /** To another meeting, by a new token and join. */
  move(legId: LegId, to: CallId): CommandOutcome;
  rename(legId: LegId, name: string): CommandOutcome;
  /** The same person is in by a newer call. */
  supersede(legId: LegId): CommandOutcome;
  /** As many people are at this phone, a host says. */
  people(legId: LegId, count: number): CommandOutcome;
}

export function createCallCommands(registry: Pick<CallRegistry, 'get'>): CallCommands {
  function command(legId: LegId, input: CallInput, states: readonly CallState[]): CommandOutcome {
    const session = registry.get(legId);
    if (session === undefined) return 'not-found';
    if (!states.includes(session.facts().state) || !takes(session, input)) return 'wrong-state';
    session.dispatch(input);
    return 'done';
  }
  const everywhere: readonly CallState[] = ['ringing', 'ivr', 'waiting', 'joined'];

  return {
    hangUp: (legId, by = 'operator') => command(legId, { type: 'hang-up', by }, everywhere),
    admit: (legId, by = 'operator') => command(legId, { type: 'admit', by }, ['waiting']),
    refuse: (legId) => command(legId, { type: 'refuse' }, ['waiting']),
    mute: (legId) => command(legId, { type: 'mute', muted: true }, ['waiting', 'joined']),
    unmute: (legId) => command(legId, { type: 'mute', muted: false }, ['waiting', 'joined']),
    message: (legId, message) => command(legId, { type: 'message', message }, ['waiting']),
    talk: (legId, room) => command(legId, { type: 'aside', room }, ['waiting', 'joined']),
    endTalk: (legId) => command(legId, { type: 'end-aside' }, ['waiting', 'joined']),
    move: (legId, callId) => command(legId, { type: 'move', callId }, ['joined']),
    rename: (legId, name) => command(legId, { type: 'rename', name }, ['waiting', 'joined']),
    supersede: (legId) => command(legId, { type: 'superseded' }, everywhere),
    people: (legId, count) => command(legId, { type: 'people', count }, ['waiting', 'joined']),
  };
}

/** What the state alone does not say: where the caller is just now. */
const takes = (session: CallSession, input: CallInput): boolean => {
  const { phase, role, aside } = session.facts();
  switch (input.type) {
    case 'message':
      return phase === 'waiting';
    case 'aside':
      return phase === 'waiting' || (phase === 'meeting' && role === 'host');
    case 'end-aside':
      return aside !== undefined;
    case 'move':
      return phase === 'meeting';
    default:
      return true;
  }
};
