/** States, results and other facts of a call, as labels. */
import type { CallState, TerminationResult } from '../../../src/call/ports/call-records.ts';
import type { Identification } from '../../../src/meeting/identify.ts';
import type { Role } from '../../../src/meeting/invitee.ts';
import type { Scope } from '../../../src/call/ports/access.ts';
import type { Text } from '../../shared/language.ts';

export const stateWords: Readonly<Record<CallState, Text>> = {
  ringing: { sv: 'Ringer', en: 'Ringing', da: 'Ringer' },
  ivr: { sv: 'Slår ID', en: 'Keying the ID', da: 'Taster id' },
  waiting: { sv: 'Väntar', en: 'Waiting', da: 'Venter' },
  joined: { sv: 'I mötet', en: 'In the meeting', da: 'I mødet' },
  ended: { sv: 'Slut', en: 'Ended', da: 'Slut' },
};

export const resultWords: Readonly<Record<TerminationResult, Text>> = {
  completed: { sv: 'Genomfört', en: 'Completed', da: 'Gennemført' },
  abandoned: { sv: 'Gav upp', en: 'Gave up', da: 'Opgav' },
  refused: { sv: 'Nekat', en: 'Refused', da: 'Afvist' },
  failed: { sv: 'Bröts', en: 'Broken off', da: 'Afbrudt' },
  'server-error': { sv: 'Fel hos oss', en: 'Our fault', da: 'Fejl hos os' },
};

export const roleWords: Readonly<Record<Role, Text>> = {
  guest: { sv: 'gäst', en: 'guest', da: 'gæst' },
  host: { sv: 'mötesledare', en: 'host', da: 'mødeleder' },
  interpreter: { sv: 'tolk', en: 'interpreter', da: 'tolk' },
  relay: { sv: 'förmedlingstjänst', en: 'relay service', da: 'formidlingstjeneste' },
  assistant: { sv: 'medhjälpare', en: 'assistant', da: 'medhjælper' },
};

export const identificationWords: Readonly<Record<Identification, Text>> = {
  'unknown phone': { sv: 'Okänd telefon', en: 'Unknown phone', da: 'Ukendt telefon' },
  'personal PIN': { sv: 'Egen pinkod', en: 'Personal PIN', da: 'Personlig pinkode' },
  'number matches the booking': {
    sv: 'Numret finns i bokningen',
    en: 'The number matches the booking',
    da: 'Nummeret findes i bookingen',
  },
  'vouched by host': {
    sv: 'Bekräftad av mötesledaren',
    en: 'Vouched by the host',
    da: 'Bekræftet af mødelederen',
  },
};

export const scopeWords: Readonly<Record<Scope, Text>> = {
  booking: { sv: 'boka möten', en: 'book meetings', da: 'booke møder' },
  operator: { sv: 'hjälpa i samtal', en: 'help in calls', da: 'hjælpe i opkald' },
  'read-only': { sv: 'titta', en: 'look', da: 'se' },
  admin: { sv: 'administrera', en: 'administer', da: 'administrere' },
};
