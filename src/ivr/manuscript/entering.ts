/** Before the meeting: the ID, the PIN, and what the meeting answers. */
import type { Row } from './row.ts';

export const entering = {
  // ---------------------------------------------------------------- the way in
  'enter-id': {
    sv: 'Välkommen. Slå ditt samtals-ID, nio siffror. [en]For English, press star.[/en]',
    en: 'Welcome. Enter your nine-digit meeting ID. [sv]Svenska: tryck stjärna.[/sv]',
    da: 'Velkommen. Tast dit møde-id, ni cifre. [en]For English, press star.[/en]',
  },
  'digits-missing': {
    sv: 'Vi har fått {n} siffror. Slå resten, eller stjärna för att börja om.',
    en: 'We have {n} digits. Enter the rest, or star to start over.',
    da: 'Vi har fået {n} cifre. Tast resten, eller stjerne for at begynde forfra.',
  },
  // The row above for n = 1.
  'digits-missing-1': {
    sv: 'Vi har fått en siffra. Slå resten, eller stjärna för att börja om.',
    en: 'We have one digit. Enter the rest, or star to start over.',
    da: 'Vi har fået ét ciffer. Tast resten, eller stjerne for at begynde forfra.',
  },
  'silence-prompt': {
    sv: 'Vi väntar på siffror. Slå ditt samtals-ID.',
    en: 'We are waiting for digits. Enter your meeting ID.',
    da: 'Vi venter på cifre. Tast dit møde-id.',
  },
  'silence-goodbye': {
    sv: 'Vi fick inga siffror. Ring gärna igen. Hej då.',
    en: 'We got no digits. Please call again. Goodbye.',
    da: 'Vi fik ingen cifre. Ring gerne igen. Farvel.',
  },
  'language-menu': {
    sv: 'Tryck ett för svenska, två för engelska, tre för danska, noll för hjälp.',
    en: 'Press one for Swedish, two for English, three for Danish, zero for help.',
    da: 'Tryk et for svensk, to for engelsk, tre for dansk, nul for hjælp.',
  },
  'language-name': { sv: 'Svenska.', en: 'English.', da: 'Dansk.' },
  help: {
    sv: 'Ditt samtals-ID står i kallelsen. Det är nio siffror. För hjälp, ring numret i kallelsen.',
    en: 'Your meeting ID is in your invitation. It has nine digits. For help, call the number in your invitation.',
    da: 'Dit møde-id står i indkaldelsen. Det er ni cifre. Har du brug for hjælp, så ring til nummeret i indkaldelsen.',
  },
  'wrong-id': {
    sv: 'Vi hittar inget möte med det numret. Se efter i kallelsen och försök igen.',
    en: "We can't find a meeting with that ID. Please check it and try again.",
    da: 'Vi kan ikke finde et møde med det id. Se efter i indkaldelsen, og prøv igen.',
  },
  'last-try': {
    sv: 'Det stämde inte heller. Du kan försöka en gång till.',
    en: "That didn't match either. You can try once more.",
    da: 'Det passede heller ikke. Du kan prøve én gang til.',
  },
  'no-more-tries': {
    sv: 'Vi hittar inget möte. Tryck noll för hjälp.',
    en: "We can't find it. Press zero for help.",
    da: 'Vi kan ikke finde mødet. Tast nul for hjælp.',
  },
  'enter-pin': {
    sv: 'Slå mötets pinkod.',
    en: "Enter the meeting's PIN.",
    da: 'Tast mødets pinkode.',
  },
  'wrong-pin': {
    sv: 'Pinkoden stämmer inte. Försök igen.',
    en: "That PIN doesn't match. Please try again.",
    da: 'Pinkoden passer ikke. Prøv igen.',
  },

  // ---------------------------------------------------------------- what the meeting answers
  'too-early-wait': {
    sv: 'Mötet börjar klockan {time}. Du kan vänta kvar. Ingen hör dig än.',
    en: 'The meeting starts at {time}. You can stay on the line. Nobody can hear you yet.',
    da: 'Mødet begynder klokken {time}. Du kan blive i røret. Ingen kan høre dig endnu.',
  },
  'too-early': {
    sv: 'Mötet har inte börjat. Ring igen när det är dags.',
    en: 'The meeting has not begun. Please call again when it is time.',
    da: 'Mødet er ikke begyndt. Ring igen, når det er tid.',
  },
  ended: {
    sv: 'Mötet är slut. Behöver du hjälp, ring numret i kallelsen. Hej då.',
    en: 'This meeting has ended. For help, call the number in your invitation. Goodbye.',
    da: 'Mødet er slut. Har du brug for hjælp, så ring til nummeret i indkaldelsen. Farvel.',
  },
  full: {
    sv: 'Mötet är fullt. Mötesledaren har fått veta det. Ring igen om en stund.',
    en: 'The meeting is full. The host has been told. Please call again shortly.',
    da: 'Mødet er fuldt. Mødelederen har fået besked. Ring igen om lidt.',
  },
  locked: {
    sv: 'Mötet är låst. Mötesledaren vet att du väntar. Vänta kvar.',
    en: 'The meeting is locked. The host knows you are waiting. Please hold.',
    da: 'Mødet er låst. Mødelederen ved, at du venter. Bliv i røret.',
  },
  encrypted: {
    sv: 'Det går inte att ringa in till det här mötet. Det är krypterat hela vägen. Använd länken i kallelsen. Hej då.',
    en: "Phones can't join this meeting. It is encrypted end to end. Please use the link in your invitation. Goodbye.",
    da: 'Man kan ikke ringe ind til dette møde. Det er krypteret hele vejen. Brug linket i indkaldelsen. Farvel.',
  },
  'phones-not-allowed': {
    sv: 'Det går inte att ringa in till det här mötet. Använd länken i kallelsen. Hej då.',
    en: "Phones can't join this meeting. Please use the link in your invitation. Goodbye.",
    da: 'Man kan ikke ringe ind til dette møde. Brug linket i indkaldelsen. Farvel.',
  },
  // Said for every refusal once somebody may be guessing: it must fit them all and tell nothing.
  'general-refusal': {
    sv: 'Vi kan inte koppla in dig. Se efter i kallelsen.',
    en: "We can't connect you. Please check your invitation.",
    da: 'Vi kan ikke stille dig igennem. Se efter i indkaldelsen.',
  },
  'try-later': {
    sv: 'Vi har ett tekniskt fel. Ring igen om en stund. Hej då.',
    en: 'We have a technical problem. Please call again shortly. Goodbye.',
    da: 'Vi har en teknisk fejl. Ring igen om lidt. Farvel.',
  },
} as const satisfies Record<string, Row>;
