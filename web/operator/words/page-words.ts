/** The words of the page itself. */
import type { Text } from '../../shared/language.ts';
import { adminWords } from './admin-words.ts';
import { callWords } from './call-words.ts';

const shellWords = {
  // ---------------------------------------------------------------- everywhere
  product: { sv: 'ringbro', en: 'ringbro', da: 'ringbro' },
  skip: { sv: 'Till innehållet', en: 'Skip to content', da: 'Til indholdet' },
  menu: { sv: 'Huvudmeny', en: 'Main menu', da: 'Hovedmenu' },
  language: { sv: 'Språk', en: 'Language', da: 'Sprog' },
  live: { sv: 'Pågående', en: 'Live', da: 'I gang' },
  log: { sv: 'Samtalslogg', en: 'Call log', da: 'Opkaldslog' },
  accounts: { sv: 'Konton', en: 'Accounts', da: 'Konti' },
  keys: { sv: 'Nycklar', en: 'Keys', da: 'Nøgler' },
  audit: { sv: 'Händelselogg', en: 'Audit log', da: 'Hændelseslog' },
  loading: { sv: 'Hämtar …', en: 'Loading …', da: 'Henter …' },
  cancel: { sv: 'Avbryt', en: 'Cancel', da: 'Annullér' },
  more: { sv: 'Visa fler', en: 'Show more', da: 'Vis flere' },
  nothing: { sv: 'Inget att visa.', en: 'Nothing to show.', da: 'Intet at vise.' },
  'not-here': { sv: 'Sidan finns inte', en: 'There is no such page', da: 'Siden findes ikke' },
  'try-again': { sv: 'Försök igen', en: 'Try again', da: 'Prøv igen' },

  // ---------------------------------------------------------------- signing in
  'sign-in': { sv: 'Logga in', en: 'Sign in', da: 'Log ind' },
  'sign-out': { sv: 'Logga ut', en: 'Sign out', da: 'Log ud' },
  'sign-in-service': {
    sv: 'Logga in med organisationens konto',
    en: "Sign in with your organisation's account",
    da: 'Log ind med organisationens konto',
  },
  name: { sv: 'Namn', en: 'Name', da: 'Navn' },
  password: { sv: 'Lösenord', en: 'Password', da: 'Adgangskode' },
  'change-password': { sv: 'Byt lösenord', en: 'Change password', da: 'Skift adgangskode' },
  'current-password': {
    sv: 'Nuvarande lösenord',
    en: 'Current password',
    da: 'Nuværende adgangskode',
  },
  'new-password': {
    sv: 'Nytt lösenord (minst 12 tecken)',
    en: 'New password (12 characters or more)',
    da: 'Ny adgangskode (mindst 12 tegn)',
  },
  'password-changed': {
    sv: 'Lösenordet är bytt. Andra sessioner har avslutats.',
    en: 'The password is changed. Other sessions have ended.',
    da: 'Adgangskoden er skiftet. Andre sessioner er afsluttet.',
  },

  // ---------------------------------------------------------------- leaving the page open
  'idle-warning': {
    sv: 'Är du kvar? Du loggas ut om {left}.',
    en: 'Are you there? You will be signed out in {left}.',
    da: 'Er du der endnu? Du bliver logget ud om {left}.',
  },
  stay: { sv: 'Fortsätt', en: 'Stay signed in', da: 'Fortsæt' },

  // ---------------------------------------------------------------- live
  waiting: {
    sv: 'Väntar på att bli insläppta',
    en: 'Waiting to be let in',
    da: 'Venter på at blive lukket ind',
  },
  desk: {
    sv: 'Vill tala med en människa',
    en: 'Ask for a person',
    da: 'Vil tale med et menneske',
  },
  'desk-called': { sv: 'Väntar', en: 'Waits', da: 'Venter' },
  'desk-answered': { sv: 'Talar', en: 'Talks', da: 'Taler' },
  'new-asking': {
    sv: '{from} vill tala med en människa.',
    en: '{from} asks for a person.',
    da: '{from} vil tale med et menneske.',
  },
  'nobody-waits': { sv: 'Ingen väntar.', en: 'Nobody waits.', da: 'Ingen venter.' },
  'in-progress': { sv: 'Samtal', en: 'Calls', da: 'Opkald' },
  'no-calls': {
    sv: 'Inga samtal just nu.',
    en: 'No calls right now.',
    da: 'Ingen opkald lige nu.',
  },
  'new-waiting': {
    sv: '{from} väntar på att bli insläppt. {count} väntar.',
    en: '{from} waits to be let in. {count} waiting.',
    da: '{from} venter på at blive lukket ind. {count} venter.',
  },
  connected: { sv: 'Uppdateras direkt', en: 'Updated live', da: 'Opdateres direkte' },
  connecting: { sv: 'Återansluter …', en: 'Reconnecting …', da: 'Genopretter forbindelsen …' },
  filter: { sv: 'Sök bland pågående', en: 'Find among live calls', da: 'Søg blandt igangværende' },
  'code-shape': { sv: 'Sex siffror', en: 'Six digits', da: 'Seks cifre' },
  'open-by-code': { sv: 'Supportkod', en: 'Support code', da: 'Supportkode' },
  find: { sv: 'Sök', en: 'Find', da: 'Søg' },

  // ---------------------------------------------------------------- columns
  caller: { sv: 'Nummer', en: 'Number', da: 'Nummer' },
  state: { sv: 'Läge', en: 'State', da: 'Tilstand' },
  meeting: { sv: 'Möte', en: 'Meeting', da: 'Møde' },
  way: { sv: 'Anslutning', en: 'Line', da: 'Forbindelse' },
  age: { sv: 'Tid', en: 'Time', da: 'Tid' },
  quality: { sv: 'Ljud', en: 'Sound', da: 'Lyd' },
  started: { sv: 'Började', en: 'Started', da: 'Begyndte' },
  duration: { sv: 'Längd', en: 'Duration', da: 'Varighed' },
  outcome: { sv: 'Resultat', en: 'Outcome', da: 'Resultat' },
  code: { sv: 'Kod', en: 'Code', da: 'Kode' },
  withheld: { sv: 'Dolt nummer', en: 'Withheld number', da: 'Skjult nummer' },
  protected: { sv: 'Skyddad identitet', en: 'Protected identity', da: 'Beskyttet identitet' },
  muted: { sv: 'Mikrofon av', en: 'Muted', da: 'Mikrofon fra' },
  hand: { sv: 'Handen uppe', en: 'Hand raised', da: 'Hånden oppe' },
  hold: { sv: 'Parkerat', en: 'On hold', da: 'På hold' },

  // ---------------------------------------------------------------- search
  search: { sv: 'Sök i loggen', en: 'Search the log', da: 'Søg i loggen' },
  any: { sv: 'Alla', en: 'All', da: 'Alle' },
  from: { sv: 'Från', en: 'From', da: 'Fra' },
  to: { sv: 'Till', en: 'Until', da: 'Til' },
  'sip-call-id': { sv: 'SIP Call-ID', en: 'SIP Call-ID', da: 'SIP Call-ID' },
  'meeting-id': { sv: 'Samtals-ID', en: 'Meeting ID', da: 'Møde-id' },
  'save-csv': {
    sv: 'Spara som tabell (CSV)',
    en: 'Save as a table (CSV)',
    da: 'Gem som tabel (CSV)',
  },
  'clear-search': { sv: 'Rensa', en: 'Clear', da: 'Ryd' },
  found: { sv: '{count} samtal visas', en: '{count} calls shown', da: '{count} opkald vises' },
} as const satisfies Record<string, Text>;

export const pageWords = { ...shellWords, ...callWords, ...adminWords } as const;

export type PageWord = keyof typeof pageWords;
