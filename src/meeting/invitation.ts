/**
 * The words that go out with a booking, by letter, e-mail or SMS: plain text that fits on paper.
 * The title stays out: a letter may be opened by somebody else.
 */
import type { Language } from '../ivr/language.ts';
import type { Meeting } from '../call/ports/meetings.ts';
import { formatCallId } from './call-id.ts';

export interface InvitationContext {
  readonly dialIn: readonly { readonly number: string; readonly language: Language }[];
  readonly joinUrl: string;
  /** Whom to call when the technology fails, such as a service desk's number. */
  readonly helpNumber: string | undefined;
}

interface Words {
  readonly locale: string;
  readonly heading: string;
  readonly until: string;
  readonly id: string;
  readonly phone: string;
  readonly keys: string;
  readonly web: string;
  readonly room: string;
  readonly pin: string;
  readonly early: string;
  readonly fails: (number: string | undefined) => string;
  readonly recording: string;
}

const words: Record<Language, Words> = {
  sv: {
    locale: 'sv-SE',
    heading: 'Kallelse till digitalt möte',
    until: 'till',
    id: 'Samtals-ID',
    phone: 'Telefon',
    keys: 'Slå samtals-ID när rösten ber om det. Stjärna börjar om.',
    web: 'Dator eller mobil',
    room: 'Videorum',
    pin: 'Mötet har en pinkod som du får på annat sätt.',
    early: 'Ring gärna några minuter i förväg. Ingen hör dig förrän du har släppts in.',
    fails: (number) =>
      number === undefined
        ? 'Fungerar inte tekniken, ring den som kallade dig.'
        : `Fungerar inte tekniken, ring ${number}.`,
    recording: 'Mötet får inte spelas in.',
  },
  en: {
    locale: 'en-GB',
    heading: 'Invitation to a video meeting',
    until: 'to',
    id: 'Meeting ID',
    phone: 'Telephone',
    keys: 'Enter the meeting ID when the voice asks for it. Star starts over.',
    web: 'Computer or mobile',
    room: 'Video room',
    pin: 'The meeting has a PIN, which you get in another way.',
    early: 'Please call a few minutes early. Nobody hears you until you are let in.',
    fails: (number) =>
      number === undefined
        ? 'If the technology fails, call the person who invited you.'
        : `If the technology fails, call ${number}.`,
    recording: 'Recording is not allowed.',
  },
  da: {
    locale: 'da-DK',
    heading: 'Indkaldelse til videomøde',
    until: 'til',
    id: 'Møde-id',
    phone: 'Telefon',
    keys: 'Tast møde-id, når stemmen beder om det. Stjerne begynder forfra.',
    web: 'Computer eller mobil',
    room: 'Videorum',
    pin: 'Mødet har en pinkode, som du får på anden måde.',
    early: 'Ring gerne nogle minutter før. Ingen hører dig, før du er lukket ind.',
    fails: (number) =>
      number === undefined
        ? 'Virker teknikken ikke, så ring til den, der indkaldte dig.'
        : `Virker teknikken ikke, så ring til ${number}.`,
    recording: 'Mødet må ikke optages.',
  },
};

/** Date and times in the meeting's own zone; empty where it has no start. */
function when(meeting: Meeting, { locale, until }: Words): readonly string[] {
  if (meeting.startsAt === undefined) return [];
  const { timeZone } = meeting;
  const date = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'full' });
  const time = new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'short' });
  const end = meeting.endsAt === undefined ? '' : ` ${until} ${time.format(meeting.endsAt)}`;
  return [`${date.format(meeting.startsAt)}, ${time.format(meeting.startsAt)}${end}`];
}

/** The invitation as text, lines of at most 80 characters where the addresses allow it. */
export function invitationText(
  meeting: Meeting,
  language: Language,
  context: InvitationContext,
): string {
  const w = words[language];
  // The reader's own language first: a Dane calls the Danish number.
  const numbers = context.dialIn.toSorted(
    (a, b) => Number(b.language === language) - Number(a.language === language),
  );
  const lines = [
    w.heading,
    ...when(meeting, w),
    '',
    `${w.id}: ${formatCallId(meeting.callId)}`,
    ...(meeting.guestPin === undefined ? [] : [w.pin]),
    '',
    ...(meeting.phonesAllowed && numbers.length > 0
      ? [`${w.phone}: ${numbers.map(({ number }) => number).join(', ')}`, `  ${w.keys}`]
      : []),
    `${w.web}: ${context.joinUrl}`,
    ...(meeting.videoAddress === undefined ? [] : [`${w.room}: ${meeting.videoAddress}`]),
    '',
    w.early,
    w.fails(context.helpNumber),
    w.recording,
  ];
  return `${lines.join('\n')}\n`;
}
