/** It becomes known who calls: what follows from it for this call, and for earlier ones of theirs. */
import { phrase } from '../ivr/phrase.ts';
import { hasHostPin, identifyByNumber, identifyByPin, type Identity } from '../meeting/identify.ts';
import type { Invitee } from '../meeting/invitee.ts';
import { pinLengthOf } from '../meeting/invitee.ts';
import type { CallContext } from './call-context.ts';
import type { CallOutput } from './call-messages.ts';
import type { ClaimOutput } from './host-claim.ts';
import type { Meeting } from './ports/meetings.ts';
import { shownPerson } from './person.ts';
import type { Digit } from './ports/sip-engine.ts';

type Outputs = readonly CallOutput[];

/** The number may tell who it probably is: a name and a language, and no right to anything. */
export function recogniseNumber(c: CallContext): void {
  const { vouchedNumber } = c.surroundings;
  // Who was somebody in one meeting is nobody in another.
  if (c.invitee !== undefined && c.invitee.callId !== c.meeting?.callId) forgetWho(c);
  if (c.meeting === undefined || c.invitee !== undefined || vouchedNumber === undefined) return;
  const invitee = identifyByNumber(c.meeting, vouchedNumber);
  if (invitee === undefined) return;
  c.identification = 'number matches the booking';
  know(c, invitee);
}

function forgetWho(c: CallContext): void {
  c.invitee = undefined;
  c.identification = 'unknown phone';
  c.role = 'guest';
}

/** The PIN that was keyed says who it is. Nothing where it is nobody's own. */
export function recognisePin(c: CallContext, now: number): Outputs {
  if (c.meeting === undefined || c.pin === undefined) return [];
  const identity = identifyByPin(c.meeting, c.pin);
  return identity === undefined ? [] : recognise(c, now, identity);
}

function recognise(c: CallContext, now: number, { role, invitee }: Identity): Outputs {
  c.role = role;
  if (invitee === undefined || isKnownByPin(c, invitee)) return [];
  c.identification = 'personal PIN';
  know(c, invitee);
  if (invitee.mayBeTwoLegs) return [];
  const { callId, inviteeId } = invitee;
  return [{ do: 'called-again', callId, inviteeId, at: now }];
}

const isKnownByPin = (c: CallContext, { inviteeId }: Invitee): boolean =>
  c.identification === 'personal PIN' && c.invitee?.inviteeId === inviteeId;

/** The caller's own key goes before the invitee's language, that before the number's. */
function know(c: CallContext, invitee: Invitee): void {
  c.invitee = invitee;
  if (invitee.language === undefined || c.languageFrom === 'key') return;
  c.speaker.language = invitee.language;
  c.languageFrom = 'invitee';
}

/** The booking changed: who calls may be called otherwise, or be invited no longer. Who is in stays who they are. */
export function refreshInvitee(c: CallContext, meeting: Meeting): void {
  if (c.invitee === undefined) return;
  const { inviteeId } = c.invitee;
  const invitee = meeting.invitees.find((each) => each.inviteeId === inviteeId);
  if (invitee !== undefined) c.invitee = invitee;
  else if (c.joinedAt === undefined) forgetWho(c);
}

/** What the room shows of the caller, where that is not what it should be. */
export function showChanges(c: CallContext): Outputs {
  if (c.phase !== 'meeting') return [];
  const person = shownPerson(c);
  if (c.shown !== undefined && JSON.stringify(c.shown) === JSON.stringify(person)) return [];
  const { name } = c.shown ?? {};
  c.shown = person;
  return [{ do: 'show-person', person, renamed: person.name !== name }];
}

// ---------------------------------------------------------------- star three of a guest

export function beginClaim(c: CallContext, now: number): Outputs {
  const length = c.meeting === undefined ? undefined : pinLengthOf(c.meeting);
  if (c.meeting === undefined || length === undefined || !hasHostPin(c.meeting)) return [];
  c.hostClaim.begin(
    length,
    c.meeting.invitees.some(({ slowKeys }) => slowKeys),
  );
  return c.speaker.say(now, [phrase('enter-host-pin')]);
}

/** Undefined: the key is no part of a PIN. `onHost` goes on where somebody is host now. */
export function claimKey(
  c: CallContext,
  now: number,
  digit: Digit,
  onHost: () => Outputs,
): Outputs | undefined {
  const outputs = c.hostClaim.digit(now, digit);
  return outputs?.flatMap((output) => fromClaim(c, now, output, onHost));
}

function fromClaim(
  c: CallContext,
  now: number,
  output: ClaimOutput,
  onHost: () => Outputs,
): Outputs {
  switch (output.type) {
    case 'hush':
      return c.speaker.hush();
    case 'ask':
      return c.speaker.say(now, [phrase('enter-host-pin')]);
    case 'entered':
      return onClaim(c, now, output.digits, onHost);
  }
}

function onClaim(c: CallContext, now: number, digits: string, onHost: () => Outputs): Outputs {
  const identity = c.meeting === undefined ? undefined : identifyByPin(c.meeting, digits);
  if (identity?.role === 'host') {
    c.pin = digits;
    return [
      { do: 'note', event: 'entered', fields: { what: 'host-pin' } },
      ...recognise(c, now, identity),
      ...onHost(),
    ];
  }
  // As much a guess as one at the door.
  c.wrongClaims += 1;
  c.guesses += 1;
  return [
    { do: 'count-guess' },
    { do: 'note', event: 'guess', fields: { why: 'host-pin', count: c.guesses } },
    ...c.speaker.say(now, [phrase('wrong-host-pin')]),
  ];
}
