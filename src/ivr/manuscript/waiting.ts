/** To one who waits to be let in. */
import type { Row } from './row.ts';

export const waiting = {
  'host-wait': {
    sv: 'Mötet öppnar när mötesledaren kommer. Ingen hör dig än. Vänta kvar.',
    en: 'The meeting opens when the host arrives. Nobody can hear you yet. Please hold.',
    da: 'Mødet åbner, når mødelederen kommer. Ingen kan høre dig endnu. Bliv i røret.',
  },
  lobby: {
    sv: 'Du är i väntrummet. Ingen hör dig. Vänta kvar tills du blir insläppt.',
    en: 'You are in the waiting room. Nobody can hear you. Please hold until you are let in.',
    da: 'Du er i venteværelset. Ingen kan høre dig. Bliv i røret, til du bliver lukket ind.',
  },
  'still-waiting': {
    sv: 'Du väntar fortfarande. Ingen hör dig. Vänta kvar.',
    en: 'You are still waiting. Nobody can hear you. Please hold.',
    da: 'Du venter stadig. Ingen kan høre dig. Bliv i røret.',
  },
  // From the host to one who waits.
  'message-ten-minutes-late': {
    sv: 'Mötesledaren hälsar: mötet är ungefär tio minuter sent. Vänta kvar.',
    en: 'From the host: the meeting is about ten minutes late. Please hold.',
    da: 'Fra mødelederen: mødet er cirka ti minutter forsinket. Bliv i røret.',
  },
  'message-your-turn-soon': {
    sv: 'Mötesledaren hälsar: det är snart din tur. Vänta kvar.',
    en: 'From the host: it is your turn soon. Please hold.',
    da: 'Fra mødelederen: det er snart din tur. Bliv i røret.',
  },
  'message-please-call-back': {
    sv: 'Mötesledaren hälsar: ring tillbaka om en stund.',
    en: 'From the host: please call back a little later.',
    da: 'Fra mødelederen: ring tilbage om lidt.',
  },
  'message-wrong-day': {
    sv: 'Mötesledaren hälsar: mötet är en annan dag. Se efter i kallelsen.',
    en: 'From the host: the meeting is on another day. Please check your invitation.',
    da: 'Fra mødelederen: mødet er en anden dag. Se efter i indkaldelsen.',
  },
  // The two of them, in a room of their own.
  'aside-caller': {
    sv: 'Mötesledaren vill tala enskilt med dig. Bara ni två hör varandra. Efter tonen hörs du.',
    en: 'The host wants a private word with you. Nobody else can hear you. After the tone you can be heard.',
    da: 'Mødelederen vil tale alene med dig. Kun I to kan høre hinanden. Efter tonen kan du høres.',
  },
  'aside-host': {
    sv: 'Ni talar enskilt. Mötet hör er inte. För att avsluta, stjärna tre.',
    en: 'This is a private word. The meeting cannot hear you. To end it, star three.',
    da: 'I taler alene. Mødet kan ikke høre jer. For at afslutte, stjerne tre.',
  },
  'aside-over': {
    sv: 'Det enskilda samtalet är slut.',
    en: 'The private word is over.',
    da: 'Samtalen alene er slut.',
  },
  'not-admitted': {
    sv: 'Mötesledaren släpper inte in dig nu. Hej då.',
    en: 'The host is not letting you in now. Goodbye.',
    da: 'Mødelederen lukker dig ikke ind nu. Farvel.',
  },
  admitted: {
    sv: 'Du släpps in nu. Mötet får inte spelas in. Efter tonen hörs du.',
    en: 'You are being let in. Recording is not allowed. After the tone you can be heard.',
    da: 'Du lukkes ind nu. Mødet må ikke optages. Efter tonen kan du høres.',
  },
  'enter-host-pin': {
    sv: 'Slå mötesledarens pinkod.',
    en: "Enter the host's PIN.",
    da: 'Tast mødelederens pinkode.',
  },
  'wrong-host-pin': {
    sv: 'Pinkoden stämmer inte.',
    en: "That PIN doesn't match.",
    da: 'Pinkoden passer ikke.',
  },
} as const satisfies Record<string, Row>;
