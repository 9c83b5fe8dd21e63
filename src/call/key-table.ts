/**
 * Which key stands for which command, where it is set otherwise than in command-keys.ts: checked so
 * that no command is the beginning of another and no single lost or doubled key does harm.
 */
import {
  commandNames,
  commands,
  createCommandKeys,
  followUps,
  isCommandName,
  type CommandKeyTable,
  type CommandName,
} from './command-keys.ts';

export type KeyTableOutcome =
  | { readonly table: CommandKeyTable; readonly problems?: undefined }
  | { readonly problems: readonly string[] };

export const defaultKeyTable: CommandKeyTable = tableOf({});

/** `mute=5,mute-all=6`: those that are left out keep their key. */
export function parseKeyTable(text: string): KeyTableOutcome {
  const given: Partial<Record<CommandName, string>> = {};
  const problems: string[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const [name = '', key = ''] = part.split('=');
    if (!isCommandName(name)) problems.push(`${part}: no such command`);
    else if (!/^[0-9#]$/.test(key)) problems.push(`${part}: must be one of 0 to 9 or #`);
    else given[name] = key;
  }
  const table = tableOf(given);
  if (problems.length === 0) problems.push(...keyTableProblems(table));
  return problems.length === 0 ? { table } : { problems };
}

/** What is wrong with a table; empty: nothing. */
export function keyTableProblems(table: CommandKeyTable): readonly string[] {
  const twice = commandNames.filter((name, at) =>
    commandNames.some((other, before) => before < at && table[other] === table[name]),
  );
  if (twice.length > 0) return twice.map((name) => `${name}: ${table[name]} is taken`);
  return sequencesOf(table).flatMap((keys) =>
    spoiltBy(keys).flatMap((spoilt) => {
      const meant = harmOf(keys, table);
      const worse = harmOf(spoilt, table).filter((harm) => !meant.includes(harm));
      return worse.map((harm) => `${keys} with one key lost or doubled could mean ${harm}`);
    }),
  );
}

function tableOf(given: Partial<Record<CommandName, string>>): CommandKeyTable {
  const key = (name: CommandName): string => given[name] ?? commands[name].key;
  return {
    mute: key('mute'),
    hand: key('hand'),
    count: key('count'),
    help: key('help'),
    language: key('language'),
    leave: key('leave'),
    again: key('again'),
    waiting: key('waiting'),
    'mute-all': key('mute-all'),
    lock: key('lock'),
    picture: key('picture'),
  };
}

type Menu = Readonly<Record<string, string>>;

/** Ends a call, decides about somebody else, or lets others hear: see test/call/command-harm.test.ts. */
const harmful: ReadonlySet<string> = new Set([
  'leave-now',
  'end-for-all-now',
  'let-in',
  'refuse-now',
  'private-word',
  'mute',
]);

/** The harm in keys that are pressed in one go; a second mute in it opens the microphone again. */
function harmOf(keys: string, table: CommandKeyTable): readonly string[] {
  const parser = createCommandKeys(() => true, table);
  const did = Array.from(keys).flatMap((digit) => {
    const result = parser.press(0, digit);
    if (result.kind === 'command') return [result.command];
    return result.kind === 'choice' ? [result.choice] : [];
  });
  const mutes = did.filter((what) => what === 'mute').length;
  return [...did.filter((what) => harmful.has(what)), ...(mutes > 1 ? ['mute, twice'] : [])];
}

function sequencesOf(table: CommandKeyTable): readonly string[] {
  const followUpOf = (choice: string): Menu =>
    Object.entries(followUps).find(([name]) => name === choice && name !== 'next-waiting')?.[1] ??
    {};
  const through = (menu: Menu): readonly string[] => [
    '',
    ...Object.entries(menu).flatMap(([key, choice]) =>
      through(followUpOf(choice)).map((rest) => key + rest),
    ),
  ];
  return commandNames.flatMap((name) => {
    const command = commands[name];
    return through('menu' in command ? command.menu : {}).map((rest) => `*${table[name]}${rest}`);
  });
}

const spoiltBy = (keys: string): readonly string[] =>
  Array.from(keys).flatMap((_, at) => [
    keys.slice(0, at) + keys.slice(at + 1),
    keys.slice(0, at + 1) + keys.slice(at),
  ]);
