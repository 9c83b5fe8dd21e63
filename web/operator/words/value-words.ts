/** The values of the story's fields, in words that fit into its sentences. */
import type { CommandName, MenuChoice } from '../../../src/call/command-keys.ts';
import type { HostMessage } from '../../../src/call/host-message.ts';
import type { RoomLeftReason, SoundWay } from '../../../src/call/ports/sip-engine.ts';
import type { WaitingFor } from '../../../src/call/waiting-machine.ts';
import type { Language, Text } from '../../shared/language.ts';

type Table<Key extends string> = Readonly<Record<Key, Text>>;

const entered: Table<'id' | 'pin' | 'host-pin'> = {
  id: {
    sv: 'ett samtals-ID (nio siffror)',
    en: 'a meeting ID (nine digits)',
    da: 'et møde-id (ni cifre)',
  },
  pin: { sv: 'en pinkod', en: 'a PIN', da: 'en pinkode' },
  'host-pin': { sv: 'mötesledarens pinkod', en: "the host's PIN", da: 'mødelederens pinkode' },
};

/** Also why a move failed. What else lets nobody in is an end reason. */
const guessed: Table<'wrong-id' | 'wrong-pin' | 'host-pin' | 'too-early'> = {
  'wrong-id': {
    sv: 'inget möte har det numret',
    en: 'no meeting has that ID',
    da: 'intet møde har det id',
  },
  'wrong-pin': { sv: 'fel pinkod', en: 'wrong PIN', da: 'forkert pinkode' },
  'host-pin': {
    sv: 'fel pinkod för mötesledare',
    en: 'wrong PIN of a host',
    da: 'forkert pinkode for mødeleder',
  },
  'too-early': {
    sv: 'mötet har inte börjat',
    en: 'the meeting has not begun',
    da: 'mødet er ikke begyndt',
  },
};

const waitingFor: Table<WaitingFor> = {
  start: { sv: 'på att mötet börjar', en: 'for the meeting to begin', da: 'på at mødet begynder' },
  host: { sv: 'på mötesledaren', en: 'for the host', da: 'på mødelederen' },
  lobby: { sv: 'på att bli insläppt', en: 'to be let in', da: 'på at blive lukket ind' },
  locked: {
    sv: 'på att ett låst möte öppnas',
    en: 'for a locked meeting to open',
    da: 'på at et låst møde åbnes',
  },
};

const by: Table<'host' | 'operator' | 'caller'> = {
  host: { sv: 'av mötesledaren', en: 'by the host', da: 'af mødelederen' },
  operator: { sv: 'genom systemet', en: 'over the API', da: 'gennem systemet' },
  caller: { sv: 'av personen själv', en: 'by the caller', da: 'af personen selv' },
};

/** The API mutes in the host's place: who asked for it, the audit log says. */
export const mutedBy: Readonly<Record<string, Text>> = {
  ...by,
  host: {
    sv: 'av mötesledaren eller härifrån',
    en: 'by the host or from here',
    da: 'af mødelederen eller herfra',
  },
};

const roomLeft: Table<RoomLeftReason> = {
  unreachable: {
    sv: 'mötesservern svarar inte',
    en: 'the meeting server does not answer',
    da: 'mødeserveren svarer ikke',
  },
  rejected: {
    sv: 'mötesservern nekade',
    en: 'the meeting server refused',
    da: 'mødeserveren afviste',
  },
  encrypted: {
    sv: 'mötet är krypterat hela vägen',
    en: 'the meeting is end-to-end encrypted',
    da: 'mødet er krypteret hele vejen',
  },
  removed: {
    sv: 'mötesledaren tog bort personen',
    en: 'the host removed the caller',
    da: 'mødelederen fjernede personen',
  },
  'room-deleted': {
    sv: 'mötet avslutades',
    en: 'the meeting was ended',
    da: 'mødet blev afsluttet',
  },
  'duplicate-identity': {
    sv: 'någon annan hade samma namn',
    en: 'somebody had the same identity',
    da: 'en anden havde samme identitet',
  },
};

const unheard: Table<'no-packets' | 'silence'> = {
  'no-packets': { sv: 'inga paket kommer', en: 'no packets come', da: 'der kommer ingen pakker' },
  silence: {
    sv: 'bara tystnad kommer',
    en: 'nothing but silence comes',
    da: 'der kommer kun stilhed',
  },
};

const way: Table<SoundWay> = {
  up: { sv: 'från telefonen till oss', en: 'from the phone to us', da: 'fra telefonen til os' },
  toRoom: { sv: 'från oss till mötet', en: 'from us to the meeting', da: 'fra os til mødet' },
  fromRoom: { sv: 'från mötet till oss', en: 'from the meeting to us', da: 'fra mødet til os' },
  down: { sv: 'från oss till telefonen', en: 'from us to the phone', da: 'fra os til telefonen' },
};

const message: Table<HostMessage> = {
  'ten-minutes-late': {
    sv: 'tio minuter försenat',
    en: 'ten minutes late',
    da: 'ti minutter forsinket',
  },
  'your-turn-soon': {
    sv: 'det är snart din tur',
    en: 'your turn soon',
    da: 'det er snart din tur',
  },
  'please-call-back': { sv: 'ring igen', en: 'please call back', da: 'ring igen' },
  'wrong-day': { sv: 'fel dag', en: 'wrong day', da: 'forkert dag' },
};

const command: Table<CommandName | MenuChoice | 'taken-back'> = {
  mute: {
    sv: 'stäng eller öppna mikrofonen',
    en: 'mute or unmute',
    da: 'sluk eller tænd mikrofonen',
  },
  hand: { sv: 'räck upp handen', en: 'raise a hand', da: 'ræk hånden op' },
  count: { sv: 'hur många är här', en: 'how many are here', da: 'hvor mange er her' },
  'roll-call': { sv: 'upprop', en: 'roll call', da: 'navneopråb' },
  help: { sv: 'hjälp', en: 'help', da: 'hjælp' },
  'service-desk': { sv: 'hjälp av en person', en: 'help by a person', da: 'hjælp af en person' },
  louder: { sv: 'högre', en: 'louder', da: 'højere' },
  softer: { sv: 'lägre', en: 'softer', da: 'lavere' },
  language: { sv: 'byt språk', en: 'another language', da: 'skift sprog' },
  leave: { sv: 'lämna', en: 'leave', da: 'forlad' },
  'leave-now': { sv: 'lämna nu', en: 'leave now', da: 'forlad nu' },
  'end-for-all': { sv: 'avsluta för alla', en: 'end for all', da: 'afslut for alle' },
  'end-for-all-now': {
    sv: 'avsluta för alla, säkert',
    en: 'end for all, sure',
    da: 'afslut for alle, sikker',
  },
  extend: { sv: 'förläng mötet', en: 'extend the meeting', da: 'forlæng mødet' },
  again: { sv: 'säg det igen', en: 'say it again', da: 'sig det igen' },
  waiting: { sv: 'vem väntar', en: 'who waits', da: 'hvem venter' },
  'let-in': { sv: 'släpp in', en: 'let in', da: 'luk ind' },
  'next-waiting': { sv: 'nästa som väntar', en: 'the next who waits', da: 'den næste, der venter' },
  'refuse-waiting': { sv: 'släpp inte in', en: 'do not let in', da: 'luk ikke ind' },
  'refuse-now': {
    sv: 'släpp inte in, säkert',
    en: 'do not let in, sure',
    da: 'luk ikke ind, sikker',
  },
  'private-word': { sv: 'enskilt samtal', en: 'a private word', da: 'privat samtale' },
  'mute-all': { sv: 'stäng allas mikrofoner', en: 'mute all', da: 'sluk alles mikrofoner' },
  lock: {
    sv: 'lås eller lås upp mötet',
    en: 'lock or unlock the meeting',
    da: 'lås mødet op eller i',
  },
  picture: { sv: 'bild', en: 'picture', da: 'billede' },
  'taken-back': { sv: 'ångra', en: 'taken back', da: 'fortryd' },
};

const heard: Table<
  'test-nothing' | 'test-loud' | 'test-quiet' | 'test-echo' | 'test-losses' | 'test-good'
> = {
  'test-nothing': { sv: 'vi hörde inget', en: 'we heard nothing', da: 'vi hørte intet' },
  'test-loud': { sv: 'för starkt', en: 'too loud', da: 'for kraftigt' },
  'test-quiet': { sv: 'för svagt', en: 'too quiet', da: 'for svagt' },
  'test-echo': { sv: 'eko', en: 'echo', da: 'ekko' },
  'test-losses': { sv: 'ljud saknas', en: 'sound is missing', da: 'lyd mangler' },
  'test-good': { sv: 'bra', en: 'good', da: 'godt' },
};

const about: Table<'join' | 'go-back' | 'after'> = {
  join: { sv: 'att vara med', en: 'joining', da: 'at være med' },
  'go-back': {
    sv: 'att gå tillbaka till mötet',
    en: 'going back to the meeting',
    da: 'at gå tilbage til mødet',
  },
  after: { sv: 'tekniken fungerade', en: 'whether the technology worked', da: 'teknikken virkede' },
};

const language: Table<Language> = {
  sv: { sv: 'svenska', en: 'Swedish', da: 'svensk' },
  en: { sv: 'engelska', en: 'English', da: 'engelsk' },
  da: { sv: 'danska', en: 'Danish', da: 'dansk' },
};

const on: Table<'true' | 'false'> = {
  true: { sv: 'på', en: 'on', da: 'til' },
  false: { sv: 'av', en: 'off', da: 'fra' },
};

/** By the name of the field. */
export const valueWords: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  what: entered,
  why: { ...roomLeft, ...guessed, ...unheard },
  way,
  for: waitingFor,
  by,
  message,
  command,
  heard,
  about,
  language,
  on,
};
