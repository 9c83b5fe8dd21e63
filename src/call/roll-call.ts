/** Who is here, in words: by name where that may be said and can be, otherwise by role. */
import type { PhraseKey } from '../ivr/manuscript.ts';
import { phrase, type Phrase } from '../ivr/phrase.ts';
import type { Role } from '../meeting/invitee.ts';
import type { PhoneInMeeting, WaitingCaller } from './host-act.ts';

/** More than these are not listened to: the rest is a number. */
const longestRollCall = 12;

const roleKeys: Readonly<Record<Role, PhraseKey>> = {
  host: 'roll-host',
  interpreter: 'roll-interpreter',
  guest: 'roll-guest',
  relay: 'roll-relay',
  assistant: 'roll-assistant',
};

export interface RollCall {
  /** Of those in the meeting; `people`: everybody, with and without a telephone. */
  of(
    phones: readonly PhoneInMeeting[],
    people: number,
    listener: 'host' | 'guest',
  ): readonly Phrase[];
  /** Who somebody at the door is, to a host. */
  waiting(caller: WaitingCaller): readonly Phrase[];
  /** The name, where it can be said. */
  nameOf(caller: WaitingCaller): string | undefined;
}

/** @param canSay whether there is a sound of this name now */
export function createRollCall(canSay: (name: string) => boolean): RollCall {
  const sayable = (text: string | undefined): string | undefined =>
    text !== undefined && canSay(text) ? text : undefined;
  const nameOf = ({ person }: WaitingCaller): string | undefined => sayable(person?.name);

  /** Undefined: nothing but the number says who it is. */
  const known = (caller: WaitingCaller): readonly Phrase[] | undefined => {
    const name = nameOf(caller);
    const interpreterId = caller.person?.interpreterId?.replaceAll(/\D/g, '') ?? '';
    const organisation = sayable(caller.person?.organisation);
    const from: readonly Phrase[] =
      organisation === undefined ? [] : [{ key: 'who-from', name: organisation }];
    if (name !== undefined) return [{ key: 'who-name', name }, ...from];
    if (interpreterId !== '') return [{ key: 'who-interpreter', digits: interpreterId }, ...from];
    return from.length === 0 ? undefined : from;
  };

  const numberOf = ({ numberEnd }: WaitingCaller): Phrase =>
    numberEnd === undefined
      ? phrase('waiting-withheld')
      : { key: 'waiting-number', digits: numberEnd };

  return {
    nameOf,
    waiting: (caller) => known(caller) ?? [numberOf(caller)],
    of(phones, people, listener) {
      const named = phones.slice(0, longestRollCall).flatMap((phone) => [
        phrase(roleKeys[phone.role]),
        // Numbers are the host's to know.
        ...(known(phone) ?? (listener === 'host' ? [numberOf(phone)] : [])),
      ]);
      const rest = Math.max(0, people - Math.min(phones.length, longestRollCall));
      return [...named, { key: 'roll-others', n: rest }];
    },
  };
}
