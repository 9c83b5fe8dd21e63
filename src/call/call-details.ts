/** What the record says of the person who called. */
import type { CallFacts } from './call-machine.ts';
import { shownPerson } from './person.ts';
import type { CallDetails } from './ports/call-records.ts';

/** Nothing before a meeting is known: nobody is anybody there. */
export function detailsOf(facts: CallFacts): CallDetails {
  const { meeting, invitee, interpreting } = facts;
  const device: CallDetails = facts.media?.video === true ? { video: true } : {};
  if (meeting === undefined) return device;
  const { role, identification, name, people, isProtected } = shownPerson(facts);
  const isJoined = facts.joinedAt !== undefined;
  return {
    ...device,
    role,
    identification,
    ...(invitee !== undefined && { inviteeId: invitee.inviteeId }),
    ...(isProtected && { isProtected }),
    ...(isJoined && !isProtected && { name }),
    ...(people !== 1 && { people }),
    ...(meeting.options.unit !== '' && { unit: meeting.options.unit }),
    ...(interpreting.length > 0 && { interpreting }),
  };
}

/**
 * What is kept when the call is over at `endedAt`. Who it was is told to those who are there, and
 * kept for nobody.
 */
export function keptDetails(all: CallDetails, endedAt: number): CallDetails {
  const details: CallDetails = Object.fromEntries(
    Object.entries(all).filter(([key]) => key !== 'name'),
  );
  const { interpreting } = details;
  if (interpreting === undefined) return details;
  return { ...details, interpreting: interpreting.map((time) => ({ endedAt, ...time })) };
}
