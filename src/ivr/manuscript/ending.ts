/** The end of a call. */
import type { Row } from './row.ts';

export const ending = {
  'ask-after': {
    sv: 'Fungerade tekniken? Ja: tryck ett. Nej: tryck två.',
    en: 'Did the technology work? For yes, press one. For no, press two.',
    da: 'Virkede teknikken? Ja: tryk et. Nej: tryk to.',
  },
  thanks: { sv: 'Tack.', en: 'Thank you.', da: 'Tak.' },
  goodbye: {
    sv: 'Mötet är slut. Tack och hej då.',
    en: 'The meeting is over. Thank you, goodbye.',
    da: 'Mødet er slut. Tak og farvel.',
  },
  removed: {
    sv: 'Mötesledaren har avslutat ditt samtal. Hej då.',
    en: 'The host has ended your call. Goodbye.',
    da: 'Mødelederen har afsluttet dit opkald. Farvel.',
  },
  // A drain, a limit or an operator: not the host, so the host is not blamed.
  'call-ended': {
    sv: 'Samtalet avslutas nu. Hej då.',
    en: 'Your call is ending now. Goodbye.',
    da: 'Opkaldet afsluttes nu. Farvel.',
  },
  'host-did-not-come': {
    sv: 'Mötesledaren har inte kommit. Ring igen senare, eller ring numret i kallelsen. Hej då.',
    en: 'The host has not come. Please call again later, or call the number in your invitation. Goodbye.',
    da: 'Mødelederen er ikke kommet. Ring igen senere, eller ring til nummeret i indkaldelsen. Farvel.',
  },
  'nobody-let-you-in': {
    sv: 'Ingen har kunnat släppa in dig. Ring igen om en stund, eller ring numret i kallelsen. Hej då.',
    en: 'Nobody could let you in. Please call again shortly, or call the number in your invitation. Goodbye.',
    da: 'Ingen har kunnet lukke dig ind. Ring igen om lidt, eller ring til nummeret i indkaldelsen. Farvel.',
  },
  'taken-over': {
    sv: 'Du har ringt in på nytt. Det här samtalet avslutas nu. Hej då.',
    en: 'You have called in again. This call ends now. Goodbye.',
    da: 'Du har ringet ind igen. Dette opkald afsluttes nu. Farvel.',
  },
} as const satisfies Record<string, Row>;
