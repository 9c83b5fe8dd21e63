/** The keys in a meeting as a page for callers, in every language, from the table that the code uses. */
import { languages, type Language } from '../ivr/language.ts';
import {
  commandNames,
  commands,
  followUps,
  hostChoices,
  type CommandKeyTable,
  type CommandName,
  type MenuChoice,
} from './command-keys.ts';
import { defaultKeyTable } from './key-table.ts';

type Said = Readonly<Record<Language, string>>;

/** 'not yet': the key answers that there is no such choice. */
const meanings: Readonly<Record<CommandName | MenuChoice, Said | 'not yet'>> = {
  mute: {
    sv: 'Stänger av eller slår på ditt ljud',
    en: 'Mutes or unmutes you',
    da: 'Slår din lyd fra eller til',
  },
  hand: {
    sv: 'Ber om ordet, eller tar tillbaka det',
    en: 'Asks to speak, or takes that back',
    da: 'Beder om ordet, eller tager det tilbage',
  },
  count: {
    sv: 'Säger hur många som är i mötet',
    en: 'Says how many are in the meeting',
    da: 'Siger, hvor mange der er i mødet',
  },
  help: { sv: 'Hjälp', en: 'Help', da: 'Hjælp' },
  'service-desk': {
    sv: 'En människa som hjälper; stjärna: tillbaka',
    en: 'A person who helps; star: back',
    da: 'Et menneske, der hjælper; stjerne: tilbage',
  },
  'roll-call': {
    sv: 'Upprop: vilka som är med på telefon',
    en: 'Roll call: who is here by telephone',
    da: 'Opråb: hvem der er med på telefon',
  },
  extend: {
    sv: 'Förlänger den bokade tiden med en kvart',
    en: 'Extends the booked time by a quarter of an hour',
    da: 'Forlænger den bestilte tid med et kvarter',
  },
  'private-word': {
    sv: 'Talar enskilt med den som väntar; stjärna tre avslutar',
    en: 'A private word with the one who waits; star three ends it',
    da: 'Taler alene med den, der venter; stjerne tre afslutter',
  },
  louder: { sv: 'Högre ljud', en: 'Louder', da: 'Højere lyd' },
  softer: { sv: 'Lägre ljud', en: 'Softer', da: 'Lavere lyd' },
  language: { sv: 'Byter språk', en: 'Changes the language', da: 'Skifter sprog' },
  leave: {
    sv: 'Val för att lämna mötet',
    en: 'Choices for leaving the meeting',
    da: 'Valg for at forlade mødet',
  },
  'leave-now': { sv: 'Lämnar mötet', en: 'Leaves the meeting', da: 'Forlader mødet' },
  'end-for-all': {
    sv: 'Frågar om mötet ska avslutas för alla',
    en: 'Asks whether to end the meeting for everybody',
    da: 'Spørger, om mødet skal afsluttes for alle',
  },
  'end-for-all-now': {
    sv: 'Avslutar mötet för alla',
    en: 'Ends the meeting for everybody',
    da: 'Afslutter mødet for alle',
  },
  again: { sv: 'Säger det senaste igen', en: 'Says it again', da: 'Siger det igen' },
  waiting: { sv: 'Säger vem som väntar', en: 'Says who waits', da: 'Siger, hvem der venter' },
  'let-in': { sv: 'Släpper in', en: 'Lets them in', da: 'Lukker ind' },
  'next-waiting': { sv: 'Nästa som väntar', en: 'The next who waits', da: 'Den næste, der venter' },
  'refuse-waiting': {
    sv: 'Frågar om personen ska nekas',
    en: 'Asks whether to refuse them',
    da: 'Spørger, om personen skal afvises',
  },
  'refuse-now': { sv: 'Nekar', en: 'Refuses them', da: 'Afviser' },
  'mute-all': {
    sv: 'Stänger av alla telefoner utom din, eller slår på dem igen',
    en: 'Mutes all phones but yours, or unmutes them',
    da: 'Slår alle telefoner undtagen din fra, eller til igen',
  },
  lock: {
    sv: 'Låser mötet eller låser upp det',
    en: 'Locks or unlocks the meeting',
    da: 'Låser mødet eller låser det op',
  },
  picture: {
    sv: 'Videorum: den delade skärmen, eller den som talar. En telefon har ingen bild, och det sägs',
    en: 'Video rooms: the shared screen, or who speaks. A phone has no picture, and says so',
    da: 'Videorum: den delte skærm, eller den der taler. En telefon har intet billede, og det siges',
  },
};

const words: Readonly<
  Record<
    Language,
    {
      readonly title: string;
      readonly intro: string;
      readonly everybody: string;
      readonly host: string;
      readonly columns: string;
      readonly then: string;
    }
  >
> = {
  sv: {
    title: 'Telefonen i mötet',
    intro:
      'Slå stjärna och sedan en siffra. En felslagen knapp gör ingen skada: börja om med stjärna. Svaret hör bara du.',
    everybody: 'Alla',
    host: 'Mötesledaren också',
    columns: '| Tryck | Vad det gör |',
    then: 'sedan',
  },
  en: {
    title: 'The phone in the meeting',
    intro:
      'Press star and then one key. A wrong key does no harm: begin again with star. You alone hear the answer.',
    everybody: 'Everybody',
    host: 'The host, too',
    columns: '| Press | What it does |',
    then: 'then',
  },
  da: {
    title: 'Telefonen i mødet',
    intro:
      'Tast stjerne og derefter en tast. En forkert tast gør ingen skade: begynd forfra med stjerne. Kun du hører svaret.',
    everybody: 'Alle',
    host: 'Mødelederen også',
    columns: '| Tast | Hvad det gør |',
    then: 'derefter',
  },
};

/** Choices that only a host has, in a menu that everybody has. */
const hostOnly: ReadonlySet<string> = new Set([...hostChoices, 'end-for-all-now']);
const isMeaning = (name: string): name is CommandName | MenuChoice => Object.hasOwn(meanings, name);

interface Row {
  readonly keys: readonly string[];
  readonly name: string;
  readonly host: boolean;
}

/** The ways on from a menu; what leads back to the same menu is not gone round again. */
const choicesOf = (
  menu: Readonly<Record<string, string>>,
  keys: readonly string[],
  host: boolean,
): readonly Row[] =>
  Object.entries(menu).flatMap(([key, name]) => {
    const row = { keys: [...keys, key], name, host: host || hostOnly.has(name) };
    const next = Object.entries(followUps).find(([choice]) => choice === name)?.[1];
    const further = next === undefined || name === 'next-waiting' ? {} : next;
    return [row, ...choicesOf(further, row.keys, row.host)];
  });

const rowsOf = (keys: CommandKeyTable): readonly Row[] =>
  commandNames.flatMap((name) => {
    const command = commands[name];
    const row = { keys: [`*${keys[name]}`], name, host: command.who === 'host' };
    return [row, ...('menu' in command ? choicesOf(command.menu, row.keys, row.host) : [])];
  });

function table(rows: readonly Row[], language: Language, host: boolean): readonly string[] {
  const { columns, then } = words[language];
  const lines = rows
    .filter((row) => row.host === host)
    .flatMap(({ keys, name }) => {
      const meaning = isMeaning(name) ? meanings[name] : 'not yet';
      if (meaning === 'not yet') return [];
      const pressed = keys.map((key) => `\`${key}\``).join(` ${then} `);
      return [`| ${pressed} | ${meaning[language]} |`];
    });
  return [columns, '| --- | --- |', ...lines];
}

/** The whole page, Markdown. */
export function phoneGuide(keys: CommandKeyTable = defaultKeyTable): string {
  const rows = rowsOf(keys);
  const sections = languages.flatMap((language) => {
    const { title, intro, everybody, host } = words[language];
    return [
      `## ${title}`,
      intro,
      `### ${everybody}`,
      table(rows, language, false).join('\n'),
      `### ${host}`,
      table(rows, language, true).join('\n'),
    ];
  });
  return ['# Svenska, English, dansk', ...sections].join('\n\n') + '\n';
}
