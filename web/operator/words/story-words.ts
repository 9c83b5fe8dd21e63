/** Every event of a call's story in plain words. `{…}` are the event's own fields, in words too. */
import type { TimelineEvent } from '../../../src/call/timeline.ts';
import type { Text } from '../../shared/language.ts';

export const storyWords: Readonly<Record<TimelineEvent, Text>> = {
  arrived: { sv: 'Samtalet kom in', en: 'The call came in', da: 'Opkaldet kom ind' },
  answered: { sv: 'Vi svarade', en: 'We answered', da: 'Vi svarede' },
  confirmed: { sv: 'Ljudet är i gång', en: 'Sound flows', da: 'Lyden er i gang' },
  asked: { sv: 'Personen hörde:', en: 'The caller heard:', da: 'Personen hørte:' },
  'language-chosen': {
    sv: 'Valde språk: {language}',
    en: 'Chose the language: {language}',
    da: 'Valgte sprog: {language}',
  },
  entered: { sv: 'Slog {what}', en: 'Keyed {what}', da: 'Tastede {what}' },
  guess: {
    sv: 'Släpptes inte in: {why} (försök {count})',
    en: 'Was not let in: {why} (try {count})',
    da: 'Blev ikke lukket ind: {why} (forsøg {count})',
  },
  recording: {
    sv: 'Inspelning i mötet: {on}. Personen fick veta det',
    en: 'Recording in the meeting: {on}. The caller was told',
    da: 'Optagelse i mødet: {on}. Personen fik det at vide',
  },
  'desk-called': {
    sv: 'Bad om hjälp: servicedesken rings upp',
    en: 'Asked for a person: the service desk is called',
    da: 'Bad om hjælp: servicedesken ringes op',
  },
  'desk-answered': {
    sv: 'Talar med servicedesken',
    en: 'Talks with the service desk',
    da: 'Taler med servicedesken',
  },
  'desk-over': {
    sv: 'Samtalet med servicedesken är slut',
    en: 'Is back from the service desk',
    da: 'Er tilbage fra servicedesken',
  },
  'sound-tested': {
    sv: 'Ljudtest: {heard}',
    en: 'Sound test: {heard}',
    da: 'Lydtest: {heard}',
  },
  'question-answered': {
    sv: 'Svarade på frågan om {about}',
    en: 'Answered the question about {about}',
    da: 'Svarede på spørgsmålet om {about}',
  },
  'meeting-found': { sv: 'Mötet hittades', en: 'The meeting was found', da: 'Mødet blev fundet' },
  waiting: { sv: 'Väntar {for}', en: 'Waits {for}', da: 'Venter {for}' },
  admitted: { sv: 'Släpptes in {by}', en: 'Was let in {by}', da: 'Blev lukket ind {by}' },
  seated: { sv: 'Fick en plats', en: 'Got a seat', da: 'Fik en plads' },
  joined: { sv: 'Är med i mötet', en: 'Is in the meeting', da: 'Er med i mødet' },
  'join-failed': {
    sv: 'Kom inte in i mötesrummet: {why}',
    en: "Could not join the meeting's room: {why}",
    da: 'Kom ikke ind i møderummet: {why}',
  },
  'microphone-open': {
    sv: 'Mikrofonen är öppen: personen hörs',
    en: 'The microphone is open: the caller is heard',
    da: 'Mikrofonen er åben: personen høres',
  },
  muted: {
    sv: 'Mikrofonen stängdes {by}',
    en: 'Was muted {by}',
    da: 'Mikrofonen blev slukket {by}',
  },
  unmuted: {
    sv: 'Mikrofonen öppnades {by}',
    en: 'Was unmuted {by}',
    da: 'Mikrofonen blev tændt {by}',
  },
  command: { sv: 'Tryckte: {command}', en: 'Pressed: {command}', da: 'Trykkede: {command}' },
  'hand-raised': { sv: 'Räckte upp handen', en: 'Raised a hand', da: 'Rakte hånden op' },
  'hand-lowered': {
    sv: 'Handen togs ned {by}',
    en: 'The hand was lowered {by}',
    da: 'Hånden blev taget ned {by}',
  },
  message: {
    sv: 'Fick ett besked i väntrummet: {message}',
    en: 'Was told while waiting: {message}',
    da: 'Fik en besked i venteværelset: {message}',
  },
  aside: {
    sv: 'Ett enskilt samtal med mötesledaren började',
    en: 'A private word with the host began',
    da: 'En privat samtale med mødelederen begyndte',
  },
  'aside-over': {
    sv: 'Det enskilda samtalet är slut',
    en: 'The private word is over',
    da: 'Den private samtale er slut',
  },
  moved: {
    sv: 'Flyttades till ett annat möte',
    en: 'Was moved to another meeting',
    da: 'Blev flyttet til et andet møde',
  },
  'move-failed': {
    sv: 'Kunde inte flyttas: {why}',
    en: 'Could not be moved: {why}',
    da: 'Kunne ikke flyttes: {why}',
  },
  'people-counted': {
    sv: 'Antalet personer sattes till {count}',
    en: 'The number of people was set to {count}',
    da: 'Antallet af personer blev sat til {count}',
  },
  renamed: {
    sv: 'Mötesledaren gav personen ett annat namn',
    en: 'The host gave the caller another name',
    da: 'Mødelederen gav personen et andet navn',
  },
  held: {
    sv: 'Telefonen parkerade samtalet',
    en: 'The phone put the call on hold',
    da: 'Telefonen satte opkaldet på hold',
  },
  resumed: { sv: 'Samtalet är tillbaka', en: 'The hold is over', da: 'Opkaldet er tilbage' },
  'picture-coming': {
    sv: 'Bilden från uppringaren kom',
    en: 'The caller’s picture began',
    da: 'Billedet fra opkalderen kom',
  },
  'picture-gone': {
    sv: 'Bilden från uppringaren är borta',
    en: 'The caller’s picture is gone',
    da: 'Billedet fra opkalderen er væk',
  },
  'picture-unusable': {
    sv: 'Bilden kommer i ett format som ingen kan börja se',
    en: 'The picture comes in a format that nobody can begin to see',
    da: 'Billedet kommer i et format, som ingen kan begynde at se',
  },
  'room-lost': {
    sv: 'Förbindelsen till mötesrummet bröts',
    en: "The link to the meeting's room was lost",
    da: 'Forbindelsen til møderummet blev afbrudt',
  },
  'room-recovered': {
    sv: 'Förbindelsen till mötesrummet är tillbaka',
    en: "The link to the meeting's room is back",
    da: 'Forbindelsen til møderummet er tilbage',
  },
  'quality-poor': {
    sv: 'Ljudet blev dåligt {way}',
    en: 'The sound became poor {way}',
    da: 'Lyden blev dårlig {way}',
  },
  'quality-good': {
    sv: 'Ljudet är bra igen {way}',
    en: 'The sound is good again {way}',
    da: 'Lyden er god igen {way}',
  },
  'not-heard': {
    sv: 'Vi hör inget från personen: {why}',
    en: 'Nothing is heard of the caller: {why}',
    da: 'Vi hører intet fra personen: {why}',
  },
  'heard-again': {
    sv: 'Personen hörs igen',
    en: 'The caller is heard again',
    da: 'Personen høres igen',
  },
  ending: {
    sv: 'De sista orden sägs',
    en: 'The last words are said',
    da: 'De sidste ord bliver sagt',
  },
  ended: { sv: 'Samtalet är slut', en: 'The call is over', da: 'Opkaldet er slut' },
};
