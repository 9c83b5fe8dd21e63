/**
 * What a host does by key to others. What is done to somebody else and can't be taken back is asked
 * for once more, by a key that is in no other menu (command-keys.ts).
 *
 *   *3 ──▶ who waits: the first ──2──▶ the next ──…──▶ the first again
 *              ├──1──▶ let in
 *              └──3──▶ sure? ──9──▶ refused
 */
import { phrase, type Phrase } from '../ivr/phrase.ts';
import type { CallOutput } from './call-messages.ts';
import type { CommandName, MenuChoice } from './command-keys.ts';
import type { HostAct, WaitingCaller } from './host-act.ts';
import type { CallId, LegId } from './identifiers.ts';
import type { Speaker } from './speaker.ts';

export interface HostKeys {
  /** Undefined where the command is none of a host's own. */
  command(now: number, name: CommandName): readonly CallOutput[] | undefined;
  choice(now: number, chosen: MenuChoice): readonly CallOutput[] | undefined;
}

export interface HostKeysDeps {
  readonly speaker: Speaker;
  readonly meeting: () => { readonly callId: CallId; readonly locked: boolean } | undefined;
  readonly waiting: (callId: CallId) => readonly WaitingCaller[];
  readonly phonesMuted: (callId: CallId) => boolean;
}

const numberOf = ({ numberEnd }: WaitingCaller): Phrase =>
  numberEnd === undefined
    ? phrase('waiting-withheld')
    : { key: 'waiting-number', digits: numberEnd };

export function createHostKeys(deps: HostKeysDeps): HostKeys {
  const { speaker } = deps;
  /** The caller whom the last words named. */
  let named: LegId | undefined;

  const act = (what: HostAct): CallOutput => ({ do: 'host-act', act: what });
  const queue = (): readonly WaitingCaller[] => {
    const meeting = deps.meeting();
    return meeting === undefined ? [] : deps.waiting(meeting.callId);
  };

  const name = (
    now: number,
    caller: WaitingCaller | undefined,
    ...before: readonly Phrase[]
  ): readonly CallOutput[] => {
    named = caller?.legId;
    if (caller === undefined) return speaker.say(now, [phrase('nobody-waiting')]);
    return speaker.say(now, [...before, numberOf(caller), phrase('waiting-menu')]);
  };

  const first = (now: number): readonly CallOutput[] => {
    const callers = queue();
    return name(now, callers[0], { key: 'waiting-count', n: callers.length });
  };

  const next = (now: number): readonly CallOutput[] => {
    const callers = queue();
    const at = callers.findIndex(({ legId }) => legId === named);
    return name(now, callers[(at + 1) % callers.length]);
  };

  /** Only whom the words named, and only while that one waits. */
  const decide = (now: number, what: 'admit' | 'refuse'): readonly CallOutput[] => {
    const caller = queue().find(({ legId }) => legId === named);
    named = undefined;
    if (caller === undefined) return speaker.say(now, [phrase('nobody-waiting')]);
    const done = phrase(what === 'admit' ? 'let-in' : 'refused');
    return [act({ act: what, legId: caller.legId }), ...speaker.say(now, [done])];
  };

  const muteAll = (now: number): readonly CallOutput[] => {
    const meeting = deps.meeting();
    if (meeting === undefined) return [];
    const { callId } = meeting;
    const muted = !deps.phonesMuted(callId);
    return [
      act({ act: 'mute-phones', callId, muted }),
      ...speaker.say(now, [phrase(muted ? 'all-muted' : 'all-unmuted')]),
    ];
  };

  return {
    command(now, command) {
      const meeting = deps.meeting();
      switch (command) {
        case 'waiting':
          return first(now);
        case 'mute-all':
          return muteAll(now);
        case 'lock':
          // Told when it is done: `meeting-changed` comes back.
          return meeting === undefined
            ? []
            : [act({ act: 'set-locked', callId: meeting.callId, locked: !meeting.locked })];
        case 'leave':
          return speaker.say(now, [phrase('host-leave-menu')]);
        default:
          return undefined;
      }
    },
    choice(now, chosen) {
      const meeting = deps.meeting();
      switch (chosen) {
        case 'let-in':
          return decide(now, 'admit');
        case 'next-waiting':
          return next(now);
        case 'refuse-waiting':
          return speaker.say(now, [phrase('refuse-sure')]);
        case 'refuse-now':
          return decide(now, 'refuse');
        case 'end-for-all':
          return speaker.say(now, [phrase('end-sure')]);
        case 'end-for-all-now':
          return meeting === undefined ? [] : [act({ act: 'end', callId: meeting.callId })];
        default:
          return undefined;
      }
    },
  };
}
