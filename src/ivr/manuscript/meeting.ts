/** To everybody in the meeting. */
import type { Row } from './row.ts';

export const meeting = {
  // ---------------------------------------------------------------- in the meeting
  muted: {
    sv: 'Nu hör ingen dig. Stjärna sex för att höras.',
    en: 'You are muted. Star six to speak.',
    da: 'Nu kan ingen høre dig. Stjerne seks for at blive hørt.',
  },
  unmuted: { sv: 'Nu hörs du.', en: 'You can be heard now.', da: 'Nu kan du høres.' },
  'muted-by-host': {
    sv: 'Mötesledaren stängde av ditt ljud. Stjärna nio för att be om ordet.',
    en: 'The host muted you. Star nine to ask to speak.',
    da: 'Mødelederen slog din lyd fra. Stjerne ni for at bede om ordet.',
  },
  'talking-muted': {
    sv: 'Ditt ljud är avstängt. Stjärna sex för att höras.',
    en: 'You are muted. Star six to speak.',
    da: 'Din lyd er slået fra. Stjerne seks for at blive hørt.',
  },
  'hand-raised': {
    sv: 'Mötesledaren ser att du vill ha ordet.',
    en: 'The host can see that you want to speak.',
    da: 'Mødelederen kan se, at du vil have ordet.',
  },
  'hand-lowered': {
    sv: 'Du ber inte längre om ordet.',
    en: 'You are no longer asking to speak.',
    da: 'Du beder ikke længere om ordet.',
  },
  'people-here': {
    sv: 'Antal i mötet: {n}.',
    en: 'People in the meeting: {n}.',
    da: 'Antal i mødet: {n}.',
  },
  alone: {
    sv: 'Du är ensam i mötet just nu. Vänta gärna kvar.',
    en: 'You are the only one here right now. Please stay on the line.',
    da: 'Du er alene i mødet lige nu. Bliv gerne i røret.',
  },
  'commands-help': {
    sv: 'Stjärna sex stänger av eller slår på ditt ljud. Stjärna nio ber om ordet. Stjärna ett säger hur många som är här. Stjärna två byter språk. Stjärna fyra lämnar mötet. Tryck nu ett för högre ljud eller två för lägre.',
    en: 'Star six mutes or unmutes you. Star nine asks to speak. Star one says how many are here. Star two changes the language. Star four leaves the meeting. Now press one for louder sound or two for softer.',
    da: 'Stjerne seks slår din lyd fra eller til. Stjerne ni beder om ordet. Stjerne et siger, hvor mange der er her. Stjerne to skifter sprog. Stjerne fire forlader mødet. Tryk nu et for højere lyd eller to for lavere.',
  },
  'support-code': {
    sv: 'Din supportkod är:',
    en: 'Your support code is:',
    da: 'Din supportkode er:',
  },
  'unknown-command': {
    sv: 'Det valet finns inte. Stjärna noll för hjälp.',
    en: 'There is no such choice. Star zero for help.',
    da: 'Det valg findes ikke. Stjerne nul for hjælp.',
  },
  louder: { sv: 'Högre ljud.', en: 'Louder.', da: 'Højere lyd.' },
  softer: { sv: 'Lägre ljud.', en: 'Softer.', da: 'Lavere lyd.' },
  'leave-menu': {
    sv: 'Tryck ett för att lämna mötet.',
    en: 'To leave the meeting, press one.',
    da: 'Tryk et for at forlade mødet.',
  },
  moving: {
    sv: 'Mötesledaren flyttar dig nu till ett annat möte.',
    en: 'The host is now moving you to another meeting.',
    da: 'Mødelederen flytter dig nu til et andet møde.',
  },
  'move-back': {
    sv: 'Flytten gick inte. Du är tillbaka i mötet.',
    en: 'The move did not work. You are back in the meeting.',
    da: 'Flytningen lykkedes ikke. Du er tilbage i mødet.',
  },
  'five-minutes-left': {
    sv: 'Nu är det fem minuter kvar av den bokade tiden. Mötet kan fortsätta.',
    en: 'There are five minutes left of the booked time. The meeting may go on.',
    da: 'Nu er der fem minutter tilbage af den bestilte tid. Mødet kan fortsætte.',
  },
  'five-minutes-to-end': {
    sv: 'Nu är det fem minuter kvar. Sedan avslutas mötet.',
    en: 'There are five minutes left. Then the meeting ends.',
    da: 'Nu er der fem minutter tilbage. Så slutter mødet.',
  },
  extended: {
    sv: 'Mötet är förlängt till klockan {time}.',
    en: 'The meeting has been extended until {time}.',
    da: 'Mødet er forlænget til klokken {time}.',
  },
  'somebody-came': {
    sv: 'Någon kom till mötet.',
    en: 'Somebody joined the meeting.',
    da: 'Nogen kom til mødet.',
  },
  'somebody-left': {
    sv: 'Någon lämnade mötet.',
    en: 'Somebody left the meeting.',
    da: 'Nogen forlod mødet.',
  },
  'name-came': {
    sv: '{name} kom till mötet.',
    en: '{name} joined the meeting.',
    da: '{name} kom til mødet.',
  },
  'name-left': {
    sv: '{name} lämnade mötet.',
    en: '{name} left the meeting.',
    da: '{name} forlod mødet.',
  },
  'no-picture': {
    sv: 'En telefon har ingen bild att ändra.',
    en: 'A phone has no picture to change.',
    da: 'En telefon har intet billede at ændre.',
  },
  // After what is about to be done.
  'any-key-undoes': {
    sv: 'Ångra med valfri knapp.',
    en: 'Any key takes that back.',
    da: 'Fortryd med en tilfældig tast.',
  },
  'taken-back': {
    sv: 'Ångrat. Inget är ändrat.',
    en: 'Taken back. Nothing has changed.',
    da: 'Fortrudt. Intet er ændret.',
  },
  leaving: {
    sv: 'Du lämnar snart mötet.',
    en: 'You are about to leave the meeting.',
    da: 'Du forlader snart mødet.',
  },
  left: {
    sv: 'Du lämnar mötet. Hej då.',
    en: 'You are leaving the meeting. Goodbye.',
    da: 'Du forlader mødet. Farvel.',
  },
  'room-lost': {
    sv: 'Vi har tappat kontakten med mötet. Vänta kvar.',
    en: 'We have lost contact with the meeting. Please hold.',
    da: 'Vi har mistet forbindelsen til mødet. Bliv i røret.',
  },
  'room-back': {
    sv: 'Nu har vi kontakt med mötet igen.',
    en: 'We are in contact with the meeting again.',
    da: 'Nu har vi forbindelse til mødet igen.',
  },

  // ---------------------------------------------------------------- the line, and who records
  'line-encrypted': {
    sv: 'Ditt samtal är krypterat hit till oss, och i mötet.',
    en: 'Your call is encrypted on its way to us, and in the meeting.',
    da: 'Dit opkald er krypteret hertil, og i mødet.',
  },
  'line-plain': {
    sv: 'Ditt samtal är inte krypterat i telefonnätet.',
    en: 'Your call is not encrypted on the telephone network.',
    da: 'Dit opkald er ikke krypteret i telefonnettet.',
  },
  'encryption-required': {
    sv: 'Det här mötet kräver en krypterad linje, och din är inte det. Gå med från en dator eller mobil, med länken i kallelsen. Hej då.',
    en: 'This meeting needs an encrypted line, and yours is not. Please join from a computer or a mobile, with the link in your invitation. Goodbye.',
    da: 'Det her møde kræver en krypteret linje, og din er det ikke. Deltag fra en computer eller mobil, med linket i indkaldelsen. Farvel.',
  },
  'recording-on': {
    sv: 'Mötet spelas in nu.',
    en: 'The meeting is being recorded now.',
    da: 'Mødet bliver optaget nu.',
  },
  'recording-off': {
    sv: 'Inspelningen är slut.',
    en: 'The recording has ended.',
    da: 'Optagelsen er slut.',
  },
} as const satisfies Record<string, Row>;
