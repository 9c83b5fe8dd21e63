/** To the host. */
import type { Row } from './row.ts';

export const hosting = {
  // Where names are said in the meeting, the next two are said with the room's.
  'room-without-picture': {
    sv: 'Det kommer ingen bild från ett videorum.',
    en: 'No picture is coming from a video room.',
    da: 'Der kommer intet billede fra et videorum.',
  },
  'room-picture-unusable': {
    sv: 'Bilden från ett videorum kan inte visas.',
    en: "The picture from a video room can't be shown.",
    da: 'Billedet fra et videorum kan ikke vises.',
  },
  'name-without-picture': {
    sv: 'Det kommer ingen bild från {name}.',
    en: 'No picture is coming from {name}.',
    da: 'Der kommer intet billede fra {name}.',
  },
  'name-picture-unusable': {
    sv: 'Bilden från {name} kan inte visas.',
    en: "The picture from {name} can't be shown.",
    da: 'Billedet fra {name} kan ikke vises.',
  },
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
    sv: 'Släppa in: tryck ett. Nästa: tryck två. Neka: tryck tre. Tala enskilt: tryck fyra.',
    en: 'To let in, press one. Next, press two. To refuse, press three. A private word, press four.',
    da: 'Lukke ind: tryk et. Næste: tryk to. Afvise: tryk tre. Tale alene: tryk fire.',
  },
  'let-in': { sv: 'Personen släpps in.', en: 'They are let in.', da: 'Personen lukkes ind.' },
  'you-are-host': {
    sv: 'Du är mötesledare nu. Stjärna noll för hjälp.',
    en: 'You are the host now. Star zero for help.',
    da: 'Du er mødeleder nu. Stjerne nul for hjælp.',
  },
  'refuse-sure': {
    sv: 'För att neka, tryck nio.',
    en: 'To refuse, press nine.',
    da: 'For at afvise, tryk ni.',
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
    sv: 'För upprop, tryck ett.',
    en: 'For a roll call, press one.',
    da: 'For navneopråb, tryk et.',
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
    sv: 'Lämna mötet: tryck ett. Avsluta det för alla: tryck två. Förlänga en kvart: tryck tre.',
    en: 'To leave the meeting, press one. To end it for everybody, press two. To extend it by a quarter of an hour, press three.',
    da: 'Forlade mødet: tryk et. Afslutte det for alle: tryk to. Forlænge et kvarter: tryk tre.',
  },
  'end-sure': {
    sv: 'För att avsluta mötet för alla, tryck nio.',
    en: 'To end the meeting for everybody, press nine.',
    da: 'For at afslutte mødet for alle, tryk ni.',
  },
  'not-done': {
    sv: 'Det gick inte. Försök igen.',
    en: 'That did not work. Please try again.',
    da: 'Det lykkedes ikke. Prøv igen.',
  },
} as const satisfies Record<string, Row>;
