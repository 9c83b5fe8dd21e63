/** Whoever may be named in a meeting is soon: the sounds of those who are known are made beforehand. */
import type { Language } from '../ivr/language.ts';
import type { CallerSeen } from './host-act.ts';
import { personOf } from './host-desk.ts';
import type { CallId } from './identifiers.ts';
import { spokenPerson, textsOf, type KnownCaller, type SpokenPerson } from './person.ts';
import type { Meeting } from './ports/meetings.ts';
import type { SpokenNames } from './spoken-names.ts';

export interface NamePreparation {
  /** What is known of this node's caller may have changed. */
  caller(
    facts: Pick<KnownCaller, 'invitee' | 'name'> & { readonly meeting: Meeting | undefined },
  ): void;
  /** So may who is in the meeting on other nodes, or this node is new to it. */
  elsewhere(meeting: Meeting | undefined): void;
}

export function createNamePreparation(deps: {
  readonly names: Pick<SpokenNames, 'prepare'>;
  readonly callersElsewhere: (callId: CallId) => readonly CallerSeen[];
  readonly defaultLanguage: Language;
}): NamePreparation {
  const prepare = (meeting: Meeting, persons: readonly SpokenPerson[]): void => {
    const language = meeting.language ?? deps.defaultLanguage;
    deps.names.prepare(meeting.callId, persons.flatMap(textsOf), language);
  };
  return {
    caller(facts) {
      if (facts.meeting !== undefined) prepare(facts.meeting, [spokenPerson(facts)]);
    },
    elsewhere(meeting) {
      if (meeting === undefined) return;
      const callers = deps.callersElsewhere(meeting.callId);
      prepare(
        meeting,
        callers.map((caller) => personOf(caller, meeting)),
      );
    },
  };
}
