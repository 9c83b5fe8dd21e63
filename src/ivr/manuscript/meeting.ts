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
  // Short: the rest is in docs/phone-guide.md. Its own keys come first, they can be pressed at once.
  'commands-help': {
    sv: 'Högre ljud: tryck ett. Lägre ljud: tryck två. Stänga av eller slå på din mikrofon: stjärna sex. Be om ordet: stjärna nio. Lämna mötet: stjärna fyra.',
    en: 'Louder: press one. Softer: press two. To mute or unmute yourself: star six. To ask to speak: star nine. To leave the meeting: star four.',
    da: 'Højere lyd: tryk et. Lavere lyd: tryk to. Slå din mikrofon fra eller til: stjerne seks. Bede om ordet: stjerne ni. Forlade mødet: stjerne fire.',
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
    sv: 'För att lämna mötet, tryck ett.',
    en: 'To leave the meeting, press one.',
    da: 'For at forlade mødet, tryk et.',
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
  'shows-screen': {
    sv: 'Delar någon sin skärm, visas nu skärmen.',
    en: 'If somebody shares a screen, you now see the screen.',
    da: 'Deler nogen sin skærm, vises nu skærmen.',
  },
  'shows-speaker': {
    sv: 'Nu visas den som talar.',
    en: 'You now see who speaks.',
    da: 'Nu vises den, der taler.',
  },
  // After what is about to be done.
  'any-key-undoes': {
    sv: 'Ångra: tryck valfri knapp.',
    en: 'To undo, press any key.',
    da: 'Fortryd: tryk en tast.',
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
    sv: 'Mötet kräver en krypterad linje. Din linje är inte krypterad. Använd länken i kallelsen. Hej då.',
    en: 'This meeting needs an encrypted line. Your line is not encrypted. Please use the link in your invitation. Goodbye.',
    da: 'Mødet kræver en krypteret linje. Din linje er ikke krypteret. Brug linket i indkaldelsen. Farvel.',
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
