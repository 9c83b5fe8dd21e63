/** Where the sound is bad, and what to do about it; what helps whoever is on the line now. */
import type { CallState } from '../../../src/call/ports/call-records.ts';
import type { SoundWay } from '../../../src/call/ports/sip-engine.ts';
import type { Text } from '../../shared/language.ts';

export const wayAdvice: Readonly<Record<SoundWay, Text>> = {
  up: {
    sv: 'Felet ligger hos telefonen eller teleoperatören: mötet hör personen dåligt. Be personen byta plats eller ringa om. Gäller det många: kontakta operatören.',
    en: 'It is the phone or its carrier: the meeting hears the caller badly. Ask the caller to move or call again. If many have it: contact the carrier.',
    da: 'Det er telefonen eller teleoperatøren: mødet hører personen dårligt. Bed personen flytte sig eller ringe igen. Gælder det mange: kontakt operatøren.',
  },
  toRoom: {
    sv: 'Felet ligger hos oss, mellan gatewayen och mötesservern: mötet hör personen dåligt. Se efter belastning och nät där.',
    en: 'It is on our side, between the gateway and the meeting server: the meeting hears the caller badly. Look at load and network there.',
    da: 'Det er hos os, mellem gatewayen og mødeserveren: mødet hører personen dårligt. Se på belastning og net der.',
  },
  fromRoom: {
    sv: 'Felet ligger i mötet eller mellan mötesservern och oss: personen hör dåligt. Hör bara en deltagare dåligt är det den deltagarens nät.',
    en: 'It is in the meeting, or between its server and us: the caller hears badly. If one participant sounds bad, it is the network of that one.',
    da: 'Det er i mødet eller mellem mødeserveren og os: personen hører dårligt. Lyder én deltager dårligt, er det den deltagers net.',
  },
  down: {
    sv: 'Felet ligger hos teleoperatören eller telefonen: personen hör dåligt. Be personen byta plats eller ringa om.',
    en: 'It is the carrier or the phone: the caller hears badly. Ask the caller to move or call again.',
    da: 'Det er teleoperatøren eller telefonen: personen hører dårligt. Bed personen flytte sig eller ringe igen.',
  },
};

/** Nothing is heard of the caller: there is sound that is silent, or none at all. */
export const unheardAdvice: Readonly<Record<'silence' | 'no-packets', Text>> = {
  silence: {
    sv: 'Det kommer bara tystnad. Be personen se efter om telefonens egen mikrofon är avstängd.',
    en: "Nothing but silence comes. Ask the caller whether the phone's own microphone is off.",
    da: 'Der kommer kun stilhed. Bed personen se, om telefonens egen mikrofon er slået fra.',
  },
  'no-packets': {
    sv: 'Det kommer inga ljudpaket: vägen från teleoperatören hit är bruten. Be personen ringa om. Gäller det många: kontakta operatören och se efter brandväggen.',
    en: 'No packets of sound come: the way from the carrier to us is broken. Ask the caller to call again. If many have it: contact the carrier, and look at the firewall.',
    da: 'Der kommer ingen lydpakker: vejen fra teleoperatøren hertil er brudt. Bed personen ringe igen. Gælder det mange: kontakt operatøren, og se på firewallen.',
  },
};

/** For whoever is still on the line. */
export const stateAdvice: Readonly<Record<Exclude<CallState, 'ended'>, Text>> = {
  ringing: {
    sv: 'Samtalet är inte besvarat än.',
    en: 'The call is not answered yet.',
    da: 'Opkaldet er ikke besvaret endnu.',
  },
  ivr: {
    sv: 'Personen slår sitt samtals-ID. Läs upp de nio siffrorna i kallelsen, tre i taget. Stjärna börjar om.',
    en: 'The caller is keying the meeting ID. Read out the nine digits of the invitation, three at a time. Star starts over.',
    da: 'Personen taster sit møde-id. Læs de ni cifre i indkaldelsen op, tre ad gangen. Stjerne begynder forfra.',
  },
  waiting: {
    sv: 'Personen har kommit rätt och väntar. Mötesledaren släpper in; berätta för mötesledaren.',
    en: 'The caller has come to the right place and waits. The host lets them in: tell the host.',
    da: 'Personen er kommet rigtigt og venter. Mødelederen lukker ind: sig det til mødelederen.',
  },
  joined: {
    sv: 'Personen är med i mötet. Hörs personen inte: se efter om mikrofonen är av. Stjärna sex slår på den.',
    en: 'The caller is in the meeting. If nobody hears them, see whether they are muted: star six opens the microphone.',
    da: 'Personen er med i mødet. Høres personen ikke, så se, om mikrofonen er slået fra: stjerne seks tænder den.',
  },
};

/** What came of a call of the gateway to itself. */
export const canaryWords: Readonly<Record<string, Text>> = {
  'no-meeting': {
    sv: 'Provmötet kunde inte bokas: se efter databasen.',
    en: 'The test meeting could not be booked: look at the database.',
    da: 'Prøvemødet kunne ikke bookes: se på databasen.',
  },
  'not-answered': {
    sv: 'Samtalet besvarades inte: se efter SIP och nummer.',
    en: 'The call was not answered: look at SIP and the number.',
    da: 'Opkaldet blev ikke besvaret: se på SIP og nummeret.',
  },
  'not-joined': {
    sv: 'Kom inte in i mötet: se efter mötesservern.',
    en: 'Did not get into the meeting: look at the meeting server.',
    da: 'Kom ikke ind i mødet: se på mødeserveren.',
  },
  'not-heard': {
    sv: 'Kom in, men ljudet gick inte fram: se efter ljudvägarna.',
    en: 'Got in, but no sound came through: look at the ways of the sound.',
    da: 'Kom ind, men lyden nåede ikke frem: se på lydens veje.',
  },
  broken: {
    sv: 'Provet gick sönder: se loggen.',
    en: 'The test itself broke: see the log.',
    da: 'Selve prøven gik i stykker: se loggen.',
  },
};
