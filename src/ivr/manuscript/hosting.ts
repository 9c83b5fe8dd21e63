/** To the host. */
import type { Row } from './row.ts';

export const hosting = {
  'phone-waiting': {
    sv: 'En telefon väntar. Stjärna tre.',
    en: 'A phone is waiting. Star three.',
    da: 'En telefon venter. Stjerne tre.',
  },
  'waiting-count': {
    sv: 'Antal som väntar: {n}.',
    en: 'Phones waiting: {n}.',
    da: 'Antal, der venter: {n}.',
  },
  'nobody-waiting': { sv: 'Ingen väntar.', en: 'Nobody is waiting.', da: 'Ingen venter.' },
  // The last two digits follow.
  'waiting-number': {
    sv: 'Numret slutar på:',
    en: 'The number ends in:',
    da: 'Nummeret ender på:',
  },
  'waiting-withheld': {
    sv: 'Numret är hemligt.',
    en: 'The number is withheld.',
    da: 'Nummeret er hemmeligt.',
  },
  'waiting-menu': {
    sv: 'Tryck ett för att släppa in, två för nästa, tre för att neka, fyra för att tala enskilt.',
    en: 'Press one to let in, two for the next, three to refuse, four for a private word.',
    da: 'Tryk et for at lukke ind, to for den næste, tre for at afvise, fire for at tale alene.',
  },
  'let-in': { sv: 'Personen släpps in.', en: 'They are let in.', da: 'Personen lukkes ind.' },
  'you-are-host': {
    sv: 'Du är mötesledare nu. Stjärna noll för hjälp.',
    en: 'You are the host now. Star zero for help.',
    da: 'Du er mødeleder nu. Stjerne nul for hjælp.',
  },
  'refuse-sure': {
    sv: 'Tryck nio för att neka.',
    en: 'To refuse, press nine.',
    da: 'Tryk ni for at afvise.',
  },
  refused: {
    sv: 'Personen släpptes inte in.',
    en: 'They were not let in.',
    da: 'Personen blev ikke lukket ind.',
  },
  refusing: {
    sv: 'Personen släpps inte in.',
    en: 'They will not be let in.',
    da: 'Personen bliver ikke lukket ind.',
  },
  'aside-soon': {
    sv: 'Du talar snart enskilt med personen.',
    en: 'You are about to have a private word.',
    da: 'Du taler snart alene med personen.',
  },
  'ending-for-all': {
    sv: 'Mötet avslutas nu för alla.',
    en: 'The meeting is about to end for everybody.',
    da: 'Mødet afsluttes nu for alle.',
  },
  extending: {
    sv: 'Mötet förlängs med en kvart.',
    en: 'The meeting is being extended by a quarter of an hour.',
    da: 'Mødet forlænges med et kvarter.',
  },
  'no-end-booked': {
    sv: 'Mötet har inget bokat slut.',
    en: 'The meeting has no booked end.',
    da: 'Mødet har intet bestilt sluttidspunkt.',
  },
  'roll-call-menu': {
    sv: 'Tryck ett för upprop.',
    en: 'For a roll call, press one.',
    da: 'Tryk et for navneopråb.',
  },
  'roll-host': {
    sv: 'Mötesledare på telefon.',
    en: 'A host on the phone.',
    da: 'Mødeleder på telefon.',
  },
  'roll-guest': {
    sv: 'Deltagare på telefon.',
    en: 'A guest on the phone.',
    da: 'Deltager på telefon.',
  },
  'roll-interpreter': {
    sv: 'Tolk på telefon.',
    en: 'An interpreter on the phone.',
    da: 'Tolk på telefon.',
  },
  'roll-relay': {
    sv: 'Förmedlingstjänst på telefon.',
    en: 'A relay service on the phone.',
    da: 'Formidlingstjeneste på telefon.',
  },
  'roll-assistant': {
    sv: 'Assistent på telefon.',
    en: 'An assistant on the phone.',
    da: 'Assistent på telefon.',
  },
  // The name alone, by a speech program.
  'who-name': { sv: '{name}.', en: '{name}.', da: '{name}.' },
  'who-from': { sv: 'Från {name}.', en: 'From {name}.', da: 'Fra {name}.' },
  // The digits follow.
  'who-interpreter': { sv: 'Tolknummer:', en: 'Interpreter number:', da: 'Tolkenummer:' },
  'roll-others': {
    sv: 'Antal utan telefon: {n}.',
    en: 'Without a phone: {n}.',
    da: 'Antal uden telefon: {n}.',
  },
  'all-muted': {
    sv: 'Nu hörs inga telefoner. Stjärna fem för att höra dem igen.',
    en: 'All phones are muted. Star five to hear them again.',
    da: 'Nu kan ingen telefoner høres. Stjerne fem for at høre dem igen.',
  },
  'all-unmuted': {
    sv: 'Nu hörs telefonerna igen.',
    en: 'The phones can be heard again.',
    da: 'Nu kan telefonerne høres igen.',
  },
  'locked-now': {
    sv: 'Mötet är låst. Nya får vänta.',
    en: 'The meeting is locked. Newcomers wait.',
    da: 'Mødet er låst. Nye må vente.',
  },
  'unlocked-now': {
    sv: 'Mötet är inte längre låst.',
    en: 'The meeting is no longer locked.',
    da: 'Mødet er ikke længere låst.',
  },
  'host-leave-menu': {
    sv: 'Tryck ett för att lämna mötet, två för att avsluta det för alla, tre för att förlänga med en kvart.',
    en: 'Press one to leave the meeting, two to end it for everybody, three to extend it by a quarter of an hour.',
    da: 'Tryk et for at forlade mødet, to for at afslutte det for alle, tre for at forlænge med et kvarter.',
  },
  'end-sure': {
    sv: 'Tryck nio för att avsluta mötet för alla.',
    en: 'To end the meeting for everybody, press nine.',
    da: 'Tryk ni for at afslutte mødet for alle.',
  },
  'not-done': {
    sv: 'Det gick inte. Försök igen.',
    en: 'That did not work. Please try again.',
    da: 'Det lykkedes ikke. Prøv igen.',
  },
} as const satisfies Record<string, Row>;
