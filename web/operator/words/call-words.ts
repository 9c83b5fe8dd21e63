/** The words of a call's page. */
import type { Text } from '../../shared/language.ts';

export const callWords = {
  call: { sv: 'Samtal', en: 'Call', da: 'Opkald' },
  facts: { sv: 'Om samtalet', en: 'About the call', da: 'Om opkaldet' },
  story: { sv: 'Vad som hände', en: 'What happened', da: 'Hvad der skete' },
  'what-to-do': { sv: 'Vad kan göras', en: 'What to do', da: 'Hvad kan gøres' },
  'support-code': { sv: 'Supportkod', en: 'Support code', da: 'Supportkode' },
  dialled: { sv: 'Uppringt', en: 'Dialled', da: 'Kaldt' },
  node: { sv: 'Server', en: 'Server', da: 'Server' },
  codec: { sv: 'Ljudformat', en: 'Sound format', da: 'Lydformat' },
  security: {
    sv: 'Skydd på vägen hit',
    en: 'Protection on the way to us',
    da: 'Beskyttelse på vejen hertil',
  },
  encrypted: {
    sv: 'Krypterat. Vägen från teleoperatören eller telefonen hit går inte att avlyssna; telenätet före den känner vi inte till.',
    en: 'Encrypted. Nobody can listen on the way from the provider or phone to us; what is before it, we do not know.',
    da: 'Krypteret. Vejen fra teleoperatøren eller telefonen hertil kan ikke aflyttes; telenettet før den kender vi ikke.',
  },
  'not-encrypted': {
    sv: 'Inte krypterat på vägen hit.',
    en: 'Not encrypted on the way to us.',
    da: 'Ikke krypteret på vejen hertil.',
  },
  'keys-readable': {
    sv: 'Inte säkert: ljudet är krypterat, men nycklarna gick att läsa på vägen.',
    en: 'Not safe: the sound is encrypted, but its keys could be read on the way.',
    da: 'Ikke sikkert: lyden er krypteret, men nøglerne kunne læses på vejen.',
  },
  'security-unknown': {
    sv: 'Inte känt: samtalet besvarades inte.',
    en: 'Not known: the call was not answered.',
    da: 'Ikke kendt: opkaldet blev ikke besvaret.',
  },
  up: { sv: 'Telefonen → oss', en: 'Phone → us', da: 'Telefonen → os' },
  toRoom: { sv: 'Vi → mötet', en: 'Us → meeting', da: 'Os → mødet' },
  fromRoom: { sv: 'Mötet → oss', en: 'Meeting → us', da: 'Mødet → os' },
  down: { sv: 'Vi → telefonen', en: 'Us → phone', da: 'Os → telefonen' },
  level: { sv: 'Ljudnivå', en: 'Level', da: 'Lydniveau' },
  concealed: { sv: 'Ersatt ljud', en: 'Concealed', da: 'Erstattet lyd' },
  'round-trip': { sv: 'Fram och tillbaka', en: 'Round trip', da: 'Frem og tilbage' },
  'no-quality-yet': {
    sv: 'Mäts när ljudet är i gång.',
    en: 'Measured once sound flows.',
    da: 'Måles, når lyden er i gang.',
  },
  'no-quality': {
    sv: 'Inget ljud att mäta.',
    en: 'There was no sound to measure.',
    da: 'Der var ingen lyd at måle.',
  },
  'no-reports': {
    sv: 'Inga mätvärden.',
    en: 'No figures.',
    da: 'Ingen målinger.',
  },
  loss: { sv: 'Förlorade paket', en: 'Lost packets', da: 'Tabte pakker' },
  jitter: { sv: 'Jitter', en: 'Jitter', da: 'Jitter' },
  mos: { sv: 'MOS', en: 'MOS', da: 'MOS' },
  feedback: {
    sv: 'Personens svar efteråt',
    en: "The caller's answer afterwards",
    da: 'Personens svar bagefter',
  },
  worked: { sv: 'Tekniken fungerade', en: 'The technology worked', da: 'Teknikken virkede' },
  'did-not-work': {
    sv: 'Tekniken fungerade inte',
    en: 'The technology did not work',
    da: 'Teknikken virkede ikke',
  },
  people: {
    sv: 'Personer vid telefonen',
    en: 'People at this phone',
    da: 'Personer ved telefonen',
  },
  'room-people': {
    sv: 'Personer i rummet',
    en: 'People in the room',
    da: 'Personer i rummet',
  },
  identification: {
    sv: 'Hur personen är känd',
    en: 'How the caller is known',
    da: 'Hvordan personen er kendt',
  },

  // ---------------------------------------------------------------- actions
  mute: { sv: 'Stäng mikrofonen', en: 'Mute', da: 'Sluk mikrofonen' },
  unmute: { sv: 'Öppna mikrofonen', en: 'Unmute', da: 'Tænd mikrofonen' },
  admit: { sv: 'Släpp in', en: 'Let in', da: 'Luk ind' },
  'hang-up': { sv: 'Lägg på', en: 'Hang up', da: 'Læg på' },
  'hang-up-sure': {
    sv: 'Ska samtalet avslutas? Personen hör att mötet är slut.',
    en: 'End this call? The caller hears a goodbye.',
    da: 'Skal opkaldet afsluttes? Personen hører et farvel.',
  },
  reveal: {
    sv: 'Visa hela nummer och samtals-ID',
    en: 'Show number and meeting ID whole',
    da: 'Vis nummer og møde-id helt',
  },
  'reveal-why': {
    sv: 'Skäl (sparas i händelseloggen)',
    en: 'Reason (kept in the audit log)',
    da: 'Begrundelse (gemmes i hændelsesloggen)',
  },
  'number-unknown': {
    sv: 'inte känt',
    en: 'not known',
    da: 'ikke kendt',
  },
  show: { sv: 'Visa', en: 'Show', da: 'Vis' },
  done: { sv: 'Klart: {what}', en: 'Done: {what}', da: 'Færdig: {what}' },

  // ---------------------------------------------------------------- what is asked of a host
  refuse: { sv: 'Släpp inte in', en: 'Turn away', da: 'Afvis' },
  'refuse-sure': {
    sv: 'Ska personen inte släppas in? Personen hör det, och samtalet avslutas.',
    en: 'Turn the caller away? They are told so, and the call ends.',
    da: 'Skal personen afvises? Personen får det at vide, og opkaldet afsluttes.',
  },
  move: {
    sv: 'Flytta till annat möte',
    en: 'Move to another meeting',
    da: 'Flyt til et andet møde',
  },
  'move-to': {
    sv: 'Till vilket möte? Personen får veta det och behöver inte ringa igen.',
    en: 'To which meeting? The caller is told, and need not call again.',
    da: 'Til hvilket møde? Personen får det at vide og behøver ikke ringe igen.',
  },
  'do-move': { sv: 'Flytta', en: 'Move', da: 'Flyt' },
  'count-people': { sv: 'Ange antal i rummet', en: 'Count the room', da: 'Angiv antal i rummet' },
  'how-many-people': {
    sv: 'Hur många sitter i rummet? Antalet syns för alla i mötet.',
    en: 'How many are in the room? Everybody in the meeting sees the number.',
    da: 'Hvor mange er der i rummet? Alle i mødet ser antallet.',
  },
  'do-count': { sv: 'Spara', en: 'Save', da: 'Gem' },
  'host-only': {
    sv: 'Släppa in och flytta får bara den som är mötesledare eller bokar möten.',
    en: 'Letting in and moving are for the host, or for accounts that book meetings.',
    da: 'At lukke ind og flytte er kun for mødelederen eller konti, der booker møder.',
  },

  // ---------------------------------------------------------------- its SIP messages
  ladder: { sv: 'SIP-meddelanden', en: 'SIP messages', da: 'SIP-meddelelser' },
  'ladder-hint': {
    sv: 'Öppna ett meddelande för att se det. Nummer, koder och nycklar är borttagna.',
    en: 'Open a message to see it. Numbers, codes and keys are left out.',
    da: 'Åbn en meddelelse for at se den. Numre, koder og nøgler er udeladt.',
  },
  'no-ladder': {
    sv: 'Inga SIP-meddelanden finns kvar för samtalet.',
    en: 'No SIP messages are kept of this call.',
    da: 'Ingen SIP-meddelelser er gemt for opkaldet.',
  },
  'far-side': { sv: 'Telefonen', en: 'Phone', da: 'Telefonen' },
  'our-side': { sv: 'ringbro', en: 'ringbro', da: 'ringbro' },
  'in-line': { sv: 'Telefonen till oss', en: 'Phone to us', da: 'Telefonen til os' },
  'out-line': { sv: 'Vi till telefonen', en: 'Us to phone', da: 'Os til telefonen' },

  // ---------------------------------------------------------------- its sound over time
  'sound-bad': { sv: 'Dåligt ljud', en: 'Poor sound', da: 'Dårlig lyd' },
  'sound-none': {
    sv: 'Vi hör ingenting från personen.',
    en: 'We hear nothing from the caller.',
    da: 'Vi hører intet fra personen.',
  },
  'minutes-table': {
    sv: 'Minut för minut, som tabell',
    en: 'Minute by minute, as a table',
    da: 'Minut for minut, som tabel',
  },
  'plots-span': {
    sv: 'Kurvorna går från {from} till {to}.',
    en: 'The plots go from {from} to {to}.',
    da: 'Kurverne går fra {from} til {to}.',
  },
  'plot-worst': { sv: 'sämst {worst}', en: 'worst {worst}', da: 'dårligst {worst}' },
  'series-later': {
    sv: 'Kurvor visas efter några sekunders ljud.',
    en: 'Plots appear after some seconds of sound.',
    da: 'Kurver vises efter nogle sekunders lyd.',
  },
  'way-of-sound': { sv: 'Väg', en: 'Way', da: 'Vej' },
} as const satisfies Record<string, Text>;
