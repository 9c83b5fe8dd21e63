/** What can be done to one live call from outside, by name: for the API and for the other nodes. */
import type { CallCommands, CommandOutcome } from './core-commands.ts';
import { isHostMessage } from './host-message.ts';
import { asCallId, asRoomName, type LegId } from './identifiers.ts';

export const callActions = [
  'admit',
  'refuse',
  'mute',
  'unmute',
  'hangUp',
  /** The argument is one of `hostMessages`. */
  'message',
  /** The argument is the side room. */
  'talk',
  'endTalk',
  /** The argument is the other meeting's call ID. */
  'move',
  /** The argument is the name. */
  'rename',
  /** The argument is how many are at this phone. */
  'people',
  /** The person is in by a newer call. */
  'supersede',
] as const;
export type CallAction = (typeof callActions)[number];

/** `wrong-state` also where the argument makes no sense. */
export function performAction(
  core: Pick<CallCommands, CallAction>,
  action: CallAction,
  legId: LegId,
  argument = '',
): CommandOutcome {
  switch (action) {
    case 'admit':
      return core.admit(legId, argument === 'host' ? 'host' : 'operator');
    case 'message':
      return isHostMessage(argument) ? core.message(legId, argument) : 'wrong-state';
    case 'talk':
      return core.talk(legId, asRoomName(argument));
    case 'move': {
      const callId = asCallId(argument);
      return callId === undefined ? 'wrong-state' : core.move(legId, callId);
    }
    case 'rename':
      return core.rename(legId, argument);
    case 'people':
      return core.people(legId, Number(argument));
    default:
      return core[action](legId);
  }
}
