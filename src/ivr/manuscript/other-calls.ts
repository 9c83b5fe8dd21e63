/** Calls that are not into a meeting by its ID: those we make, those to a person who helps, and tests. */
import type { Row } from './row.ts';

export const otherCalls = {
  // ---------------------------------------------------------------- calls of our own
  // Who calls, for somebody who did not: an organisation records its own name here.
  'dial-out-from': {
    sv: 'Det här samtalet kommer från ett videomöte som du är inbjuden till.',
    en: 'This is a call from a video meeting that you are invited to.',
    da: 'Du bliver ringet op fra et videomøde, som du er inviteret til.',
  },
  'dial-out-join': {
    sv: 'Vill du vara med, tryck ett.',
    en: 'To join, press one.',
    da: 'Vil du være med, så tryk et.',
  },
  'dial-out-goodbye': {
    sv: 'Vi lägger på nu. Hej då.',
    en: 'We are hanging up now. Goodbye.',
    da: 'Vi lægger på nu. Farvel.',
  },
  'go-back': {
    sv: 'Ditt samtal bröts nyss. Vill du tillbaka till mötet, tryck ett.',
    en: 'Your call was cut off. To go back to the meeting, press one.',
    da: 'Dit opkald blev afbrudt. Vil du tilbage til mødet, så tryk et.',
  },

  // ---------------------------------------------------------------- help by a person
  // After the help, where there is somebody.
  'desk-offer': {
    sv: 'För att tala med en människa, tryck noll.',
    en: 'To talk to a person, press zero.',
    da: 'For at tale med et menneske, tryk nul.',
  },
  'desk-calling': {
    sv: 'Vi ringer en människa som kan hjälpa. Bara ni två hör varandra. För att gå tillbaka, tryck stjärna.',
    en: 'We are calling a person who can help. Only the two of you can hear each other. To go back, press star.',
    da: 'Vi ringer til et menneske, som kan hjælpe. Kun I to kan høre hinanden. For at gå tilbage, tryk stjerne.',
  },
  'desk-caller': {
    sv: 'Någon som har ringt till ett videomöte behöver hjälp.',
    en: 'Somebody who called a video meeting needs help.',
    da: 'En, der har ringet til et videomøde, har brug for hjælp.',
  },
  'desk-over': {
    sv: 'Samtalet med hjälpen är slut.',
    en: 'The call for help is over.',
    da: 'Samtalen med hjælpen er slut.',
  },
  'desk-no-answer': {
    sv: 'Ingen svarar hos hjälpen just nu. Ring numret i kallelsen.',
    en: 'Nobody answers for help right now. Please call the number in your invitation.',
    da: 'Ingen svarer hos hjælpen lige nu. Ring til nummeret i indkaldelsen.',
  },
  'desk-none': {
    sv: 'Här finns ingen hjälp på telefon. Ring numret i kallelsen.',
    en: 'There is nobody to help on this line. Please call the number in your invitation.',
    da: 'Her er ingen hjælp i telefonen. Ring til nummeret i indkaldelsen.',
  },

  // ---------------------------------------------------------------- the test call
  'test-begin': {
    sv: 'Det här är ett provsamtal. Inget sparas. Säg några ord efter tonen, så hör du dem strax själv.',
    en: 'This is a test call. Nothing is kept. Say a few words after the tone, and you will soon hear them.',
    da: 'Det her er et prøveopkald. Intet gemmes. Sig et par ord efter tonen, så hører du dem snart selv.',
  },
  'test-good': { sv: 'Det lät bra.', en: 'You sounded fine.', da: 'Det lød rigtig godt.' },
  'test-nothing': {
    sv: 'Vi hörde ingenting. Se efter om mikrofonen är avstängd.',
    en: 'We heard nothing. Please check whether your microphone is off.',
    da: 'Vi hørte ingenting. Se efter, om mikrofonen er slået fra.',
  },
  'test-quiet': {
    sv: 'Du hördes svagt. Tala närmare telefonen.',
    en: 'You were quiet. Please speak closer to the phone.',
    da: 'Du lød svagt. Tal tættere på telefonen.',
  },
  'test-loud': {
    sv: 'Du hördes för starkt. Håll telefonen längre bort.',
    en: 'You were too loud. Please hold the phone further away.',
    da: 'Du lød for højt. Hold telefonen længere væk.',
  },
  'test-echo': {
    sv: 'Det ekade. Sänk högtalaren, eller ta hörlurar.',
    en: 'There was an echo. Please turn the speaker down, or use a headset.',
    da: 'Der var ekko. Skru ned for højttaleren, eller brug hovedtelefoner.',
  },
  'test-losses': {
    sv: 'Ljudet kom fram hackigt. Pröva en annan plats eller en annan telefon.',
    en: 'The sound had gaps. Please try another place or another phone.',
    da: 'Lyden hakkede. Prøv et andet sted eller en anden telefon.',
  },
  'test-goodbye': {
    sv: 'Provet är klart. Hej då.',
    en: 'The test is done. Goodbye.',
    da: 'Prøven er færdig. Farvel.',
  },
} as const satisfies Record<string, Row>;
