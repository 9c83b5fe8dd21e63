/** What SIP's methods and answers mean for a call. RFC 3261 §7.1, §21 */
import type { Text } from '../../shared/language.ts';

export const sipWords = {
  INVITE: { sv: 'ringer', en: 'calls', da: 'ringer op' },
  're-INVITE': { sv: 'ändrar ljudet', en: 'changes the sound', da: 'ændrer lyden' },
  ACK: { sv: 'bekräftar svaret', en: 'confirms the answer', da: 'bekræfter svaret' },
  BYE: { sv: 'lägger på', en: 'hangs up', da: 'lægger på' },
  CANCEL: { sv: 'ångrar uppringningen', en: 'gives up before the answer', da: 'opgiver opkaldet' },
  PRACK: { sv: 'bekräftar ringsignalen', en: 'confirms the ringing', da: 'bekræfter ringetonen' },
  UPDATE: { sv: 'ändrar samtalet', en: 'changes the call', da: 'ændrer opkaldet' },
  INFO: { sv: 'skickar upplysning', en: 'sends information', da: 'sender oplysning' },
  REFER: { sv: 'vill koppla vidare', en: 'asks to transfer', da: 'vil viderestille' },
  '100': { sv: 'mottaget', en: 'received', da: 'modtaget' },
  '180': { sv: 'det ringer', en: 'it rings', da: 'det ringer' },
  '183': { sv: 'på väg', en: 'on its way', da: 'på vej' },
  '200': { sv: 'ja', en: 'yes', da: 'ja' },
  '401': { sv: 'lösenord, tack', en: 'password, please', da: 'adgangskode, tak' },
  '403': { sv: 'får inte', en: 'not allowed', da: 'må ikke' },
  '404': { sv: 'numret finns inte här', en: 'no such number here', da: 'nummeret findes ikke her' },
  '407': { sv: 'lösenord, tack', en: 'password, please', da: 'adgangskode, tak' },
  '408': { sv: 'inget svar i tid', en: 'no answer in time', da: 'intet svar i tide' },
  '415': {
    sv: 'förstår inte innehållet',
    en: 'content not understood',
    da: 'forstår ikke indholdet',
  },
  '480': { sv: 'går inte att nå nu', en: 'cannot be reached now', da: 'kan ikke nås nu' },
  '481': { sv: 'samtalet är okänt', en: 'this call is not known', da: 'opkaldet er ukendt' },
  '486': { sv: 'upptaget', en: 'busy', da: 'optaget' },
  '487': { sv: 'uppringningen avbröts', en: 'was given up', da: 'opkaldet blev opgivet' },
  '488': {
    sv: 'inget gemensamt ljudformat',
    en: 'no sound format in common',
    da: 'intet fælles lydformat',
  },
  '491': { sv: 'båda ändrade samtidigt', en: 'both changed at once', da: 'begge ændrede samtidig' },
  '500': { sv: 'fel på den sidan', en: 'a fault on that side', da: 'fejl på den side' },
  '503': {
    sv: 'överlastad eller stängd',
    en: 'overloaded or closed',
    da: 'overbelastet eller lukket',
  },
  '603': { sv: 'avvisat', en: 'declined', da: 'afvist' },
} as const satisfies Record<string, Text>;

export type SipWord = keyof typeof sipWords;

/** By the first digit of a status. */
export const statusWords: Readonly<Record<string, Text>> = {
  '1': { sv: 'på väg', en: 'on its way', da: 'på vej' },
  '2': { sv: 'ja', en: 'yes', da: 'ja' },
  '3': { sv: 'ring någon annanstans', en: 'call elsewhere', da: 'ring et andet sted' },
  '4': { sv: 'nej', en: 'no', da: 'nej' },
  '5': { sv: 'fel på den sidan', en: 'a fault on that side', da: 'fejl på den side' },
  '6': { sv: 'nej, ingenstans', en: 'no, nowhere', da: 'nej, ingen steder' },
};
