/**
 * What a host does by key to others. What cannot be undone by the same keys is told first, and
 * done when no key has taken it back (second-thoughts.ts).
 *
 *   *3 ──▶ who waits: the first ──2──▶ the next ──…──▶ the first again
 *              ├──1──▶ let in              ├──4──▶ a private word
 *              └──3──▶ sure? ──9──▶ refused
 *   *1 ──▶ how many ──1──▶ roll call       *4 ──3──▶ a quarter of an hour more
 */
import { phrase, type Phrase } from '../ivr/phrase.ts';
import type { CallOutput } from './call-messages.ts';
import type { CommandName, MenuChoice } from './command-keys.ts';
import type { HostAct, PhoneInMeeting, WaitingCaller } from './host-act.ts';
import type { CallId, LegId } from './identifiers.ts';
import type { RollCall } from './roll-call.ts';
import type { Speaker } from './speaker.ts';

/** `unless-undone`: after a while in which any key takes it back. */
export type KeyOutput = CallOutput | { readonly do: 'unless-undone'; readonly then: CallOutput };

export interface HostKeys {
  /** Undefined where the command is none of a host's own. */
  command(now: number, name: CommandName): readonly KeyOutput[] | undefined;
  choice(now: number, chosen: MenuChoice): readonly KeyOutput[] | undefined;
}

export interface HostKeysDeps {
  readonly speaker: Speaker;
  readonly meeting: () =>
    | { readonly callId: CallId; readonly locked: boolean; readonly endsAt: number | undefined }
    | undefined;
  readonly waiting: (callId: CallId) => readonly WaitingCaller[];
  readonly phonesMuted: (callId: CallId) => boolean;
  readonly phonesIn: (callId: CallId) => readonly PhoneInMeeting[];
  /** Everybody in the meeting, this caller too. */
  readonly people: () => number;
  readonly rollCall: RollCall;
}

export const extensionMs = 15 * 60_000;
export function createHostKeys(deps: HostKeysDeps): HostKeys {
  const { speaker } = deps;
  /** The caller whom the last words named. */
  let named: LegId | undefined;

  const act = (what: HostAct): CallOutput => ({ do: 'host-act', act: what });
  /** Told, and done where no key takes it back. */
  const weigh = (now: number, words: Phrase, what: HostAct): readonly KeyOutput[] => [
    { do: 'unless-undone', then: act(what) },
    ...speaker.say(now, [words, phrase('any-key-undoes')]),
  ];
  const queue = (): readonly WaitingCaller[] => {
    const meeting = deps.meeting();
    return meeting === undefined ? [] : deps.waiting(meeting.callId);
  };

  const name = (
    now: number,
    caller: WaitingCaller | undefined,
    ...before: readonly Phrase[]
  ): readonly KeyOutput[] => {
    named = caller?.legId;
    if (caller === undefined) return speaker.say(now, [phrase('nobody-waiting')]);
    return speaker.say(now, [...before, ...deps.rollCall.waiting(caller), phrase('waiting-menu')]);
  };

  const first = (now: number): readonly KeyOutput[] => {
    const callers = queue();
    return name(now, callers[0], { key: 'waiting-count', n: callers.length });
  };

  const next = (now: number): readonly KeyOutput[] => {
    const callers = queue();
    const at = callers.findIndex(({ legId }) => legId === named);
    return name(now, callers[(at + 1) % callers.length]);
  };

  /** Only whom the words named, and only while that one waits. */
  const decide = (
    now: number,
    words: Phrase,
    what: 'admit' | 'refuse' | 'talk',
  ): readonly KeyOutput[] => {
    const caller = queue().find(({ legId }) => legId === named);
    named = undefined;
    if (caller === undefined) return speaker.say(now, [phrase('nobody-waiting')]);
    return weigh(now, words, { act: what, legId: caller.legId });
  };

  const muteAll = (now: number, callId: CallId): readonly KeyOutput[] => {
    const muted = !deps.phonesMuted(callId);
    return [
      act({ act: 'mute-phones', callId, muted }),
      ...speaker.say(now, [phrase(muted ? 'all-muted' : 'all-unmuted')]),
    ];
  };

  const rollCall = (now: number, callId: CallId): readonly KeyOutput[] =>
    speaker.say(now, deps.rollCall.of(deps.phonesIn(callId), deps.people(), 'host'));

  return {
    command(now, command) {
      const meeting = deps.meeting();
      if (meeting === undefined) return undefined;
      switch (command) {
        case 'waiting':
          return first(now);
        case 'count':
          return speaker.say(now, [
            { key: 'people-here', n: deps.people() },
            phrase('roll-call-menu'),
          ]);
        case 'mute-all':
          return muteAll(now, meeting.callId);
        case 'lock':
          // Told when it is done: `meeting-changed` comes back.
          return [act({ act: 'set-locked', callId: meeting.callId, locked: !meeting.locked })];
        case 'leave':
          return speaker.say(now, [phrase('host-leave-menu')]);
        default:
          return undefined;
      }
    },
    choice(now, chosen) {
      const meeting = deps.meeting();
      if (meeting === undefined) return undefined;
      const { callId } = meeting;
      switch (chosen) {
        case 'let-in':
          return decide(now, phrase('let-in'), 'admit');
        case 'next-waiting':
          return next(now);
        case 'refuse-waiting':
          return speaker.say(now, [phrase('refuse-sure')]);
        case 'refuse-now':
          return decide(now, phrase('refusing'), 'refuse');
        case 'private-word':
          return decide(now, phrase('aside-soon'), 'talk');
        case 'roll-call':
          return rollCall(now, callId);
        case 'extend':
          return meeting.endsAt === undefined
            ? speaker.say(now, [phrase('no-end-booked')])
            : weigh(now, phrase('extending'), { act: 'extend', callId, byMs: extensionMs });
        case 'end-for-all':
          return speaker.say(now, [phrase('end-sure')]);
        case 'end-for-all-now':
          return weigh(now, phrase('ending-for-all'), { act: 'end', callId });
        default:
          return undefined;
      }
    },
  };
}
