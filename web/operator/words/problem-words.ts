/** What the API refuses, as people read it. What is not here shows the API's own title. */
import type { ProblemCode } from '../../../src/http/problems.ts';
import type { Text } from '../../shared/language.ts';

/** The page's own, beside the API's. */
export type PageProblem = 'page/offline' | 'page/expired' | 'page/unknown';

export const problemWords: Readonly<Partial<Record<ProblemCode, Text>>> &
  Readonly<Record<PageProblem, Text>> = {
  'page/offline': {
    sv: 'Servern svarar inte. Kontrollera förbindelsen.',
    en: 'The server does not answer. Check the connection.',
    da: 'Serveren svarer ikke. Kontrollér forbindelsen.',
  },
  'page/expired': {
    sv: 'Du har loggats ut. Logga in igen.',
    en: 'You have been signed out. Please sign in again.',
    da: 'Du er blevet logget ud. Log ind igen.',
  },
  'page/unknown': {
    sv: 'Något gick fel. Försök igen.',
    en: 'Something went wrong. Please try again.',
    da: 'Noget gik galt. Prøv igen.',
  },
  'session/refused': {
    sv: 'Fel namn eller lösenord.',
    en: 'The name or the password is wrong.',
    da: 'Forkert navn eller adgangskode.',
  },
  'session/not-known': {
    sv: 'Du är inloggad, men har inget konto här. Be en administratör om ett.',
    en: 'You are signed in, but have no account here. Ask an administrator for one.',
    da: 'Du er logget ind, men har ingen konto her. Bed en administrator om en.',
  },
  'session/sign-in-failed': {
    sv: 'Inloggningstjänsten släppte inte igenom dig. Försök igen.',
    en: 'The sign-in service did not let you through. Please try again.',
    da: 'Logintjenesten lod dig ikke komme igennem. Prøv igen.',
  },
  'request/too-many': {
    sv: 'För många försök. Vänta {minutes} min och försök igen.',
    en: 'Too many tries. Wait {minutes} min and try again.',
    da: 'For mange forsøg. Vent {minutes} min, og prøv igen.',
  },
  'request/forbidden': {
    sv: 'Ditt konto får inte göra detta.',
    en: 'Your account may not do this.',
    da: 'Din konto må ikke gøre dette.',
  },
  'request/invalid': {
    sv: 'Något i formuläret stämmer inte.',
    en: 'Something in the form is not right.',
    da: 'Noget i formularen er ikke rigtigt.',
  },
  'call/not-found': {
    sv: 'Samtalet finns inte.',
    en: 'There is no such call.',
    da: 'Opkaldet findes ikke.',
  },
  'call/wrong-state': {
    sv: 'Det går inte nu: samtalet är slut eller i ett annat läge.',
    en: 'Not now: the call is over or in another state.',
    da: 'Det går ikke nu: opkaldet er slut eller i en anden tilstand.',
  },
  'call/node-unreachable': {
    sv: 'Servern som har samtalet svarar inte.',
    en: 'The server that has the call does not answer.',
    da: 'Serveren, der har opkaldet, svarer ikke.',
  },
  'account/taken': {
    sv: 'Ett annat konto har det namnet.',
    en: 'Another account has this name.',
    da: 'En anden konto har det navn.',
  },
  'account/last-admin': {
    sv: 'Någon måste vara kvar som administratör.',
    en: 'Somebody has to be left as administrator.',
    da: 'Nogen skal være tilbage som administrator.',
  },
  'service/store-unavailable': {
    sv: 'Databasen svarar inte. Försök igen om en stund.',
    en: 'The database does not answer. Try again shortly.',
    da: 'Databasen svarer ikke. Prøv igen om lidt.',
  },
};
