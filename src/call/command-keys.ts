/**
 * The keys in a meeting, as one table.
 *
 *   idle ──`*`──▶ started ──key──▶ a command ──▶ idle, or its menu ──key──▶ a choice ──▶ idle
 *                  ▲  │ `*`: begins anew            │ `*`: begins a command
 *                  └──┘                             └ time up, other key: closed
 *
 * A command is `*` and one key, so none is the beginning of another. What can't be taken back
 * needs a second key from a menu, and where it is done to others for good a third one, 9, which no
 * menu has. A menu that is left open takes the key of a command that lost its star for its own: so
 * what a choice does is told first, and any key takes it back (second-thoughts.ts).
 *
 * Which key stands for which command can be set (key-table.ts); what the choices are cannot.
 */
import { slowKeysMs } from '../ivr/digit-entry.ts';
import type { Digit } from './ports/sip-engine.ts';

export interface Command {
  readonly key: string;
  readonly who: 'everybody' | 'host';
  /** The choices that the next key makes. */
  readonly menu?: Readonly<Record<string, string>>;
}

export const commands = {
  mute: { key: '6', who: 'everybody' },
  hand: { key: '9', who: 'everybody' },
  count: { key: '1', who: 'everybody', menu: { '1': 'roll-call' } },
  help: {
    key: '0',
    who: 'everybody',
    menu: { '0': 'service-desk', '1': 'louder', '2': 'softer' },
  },
  language: { key: '2', who: 'everybody' },
  leave: {
    key: '4',
    who: 'everybody',
    menu: { '1': 'leave-now', '2': 'end-for-all', '3': 'extend' },
  },
  again: { key: '#', who: 'everybody' },
  waiting: {
    key: '3',
    who: 'host',
    menu: { '1': 'let-in', '2': 'next-waiting', '3': 'refuse-waiting', '4': 'private-word' },
  },
  'mute-all': { key: '5', who: 'host' },
  lock: { key: '7', who: 'host' },
  picture: { key: '8', who: 'everybody' },
} as const satisfies Record<string, Command>;

const waitingMenu = commands.waiting.menu;
/** Menus that a choice opens: to be sure, or to go on. */
export const followUps = {
  'end-for-all': { '9': 'end-for-all-now' },
  'refuse-waiting': { '9': 'refuse-now' },
  'next-waiting': waitingMenu,
} as const satisfies Partial<Record<string, Readonly<Record<string, string>>>>;
/** Choices of a menu for everybody that are the host's. */
export const hostChoices: ReadonlySet<string> = new Set(['end-for-all', 'extend', 'roll-call']);

export type CommandName = keyof typeof commands;
/** The key after the star for each command. */
export type CommandKeyTable = Readonly<Record<CommandName, string>>;
type MenuOf<C> = C extends { readonly menu: infer M } ? M[keyof M] : never;
export type MenuChoice =
  | MenuOf<(typeof commands)[CommandName]>
  | MenuOf<{ readonly menu: (typeof followUps)['end-for-all'] }>
  | MenuOf<{ readonly menu: (typeof followUps)['refuse-waiting'] }>;

export type KeyResult =
  /** Not (yet) a command; `bargeIn`: what is being said stops; `plain`: no part of one. */
  | { readonly kind: 'none'; readonly bargeIn: boolean; readonly plain: boolean }
  | { readonly kind: 'command'; readonly command: CommandName }
  | { readonly kind: 'choice'; readonly choice: MenuChoice }
  | { readonly kind: 'unknown' };

export interface CommandKeys {
  press(now: number, digit: Digit): KeyResult;
  /** When a begun command or an open menu is forgotten. */
  nextTimeoutAt(): number | undefined;
  timeout(now: number): void;
  /** The menu stays open from now: its words are over. */
  listen(now: number): void;
}

export const commandTimeoutMs = 5_000;
export const menuTimeoutMs = 10_000;
/** While a menu's words are said. */
const menuWordsMs = 40_000;

export const isCommandName = (text: string): text is CommandName => Object.hasOwn(commands, text);
export const commandNames: readonly CommandName[] = Object.keys(commands).filter(isCommandName);

const followUpOf: ReadonlyMap<string, Readonly<Record<string, MenuChoice>>> = new Map(
  Object.entries(followUps),
);

const keyOf = (name: CommandName, table: CommandKeyTable | undefined): string =>
  table?.[name] ?? commands[name].key;

export interface CallerKeys {
  /** Whether the host's first key asks for the host PIN. */
  readonly mayClaim?: (() => boolean) | undefined;
  /** Asked for time between keys. */
  readonly isSlow?: (() => boolean) | undefined;
  /** Whether the roll call is for everybody in this meeting. */
  readonly hearsRollCall?: (() => boolean) | undefined;
}

/** One caller's keys. Pure: time comes in. What is a host's is unknown to others. */
export function createCommandKeys(
  isHost: () => boolean = () => false,
  table?: CommandKeyTable,
  caller: CallerKeys = {},
): CommandKeys {
  const isSlow = (): boolean => caller.isSlow?.() === true;
  const nameByKey = new Map(commandNames.map((name) => [keyOf(name, table), name]));
  let started = false;
  let menu: Readonly<Record<string, MenuChoice>> | undefined;
  let deadline: number | undefined;

  const idle = (): void => {
    started = false;
    menu = undefined;
    deadline = undefined;
  };

  const isOpen = (choice: MenuChoice): boolean =>
    isHost() ||
    !hostChoices.has(choice) ||
    (choice === 'roll-call' && caller.hearsRollCall?.() === true);

  const command = (now: number, digit: string): KeyResult => {
    const name = nameByKey.get(digit);
    idle();
    if (name === 'waiting' && !isHost() && caller.mayClaim?.() === true)
      return { kind: 'command', command: name };
    if (name === undefined || (commands[name].who === 'host' && !isHost()))
      return { kind: 'unknown' };
    const chosen = commands[name];
    if ('menu' in chosen && Object.values(chosen.menu).some(isOpen)) {
      menu = chosen.menu;
      deadline = now + menuWordsMs;
    }
    return { kind: 'command', command: name };
  };

  const choose = (now: number, choice: MenuChoice | undefined): KeyResult => {
    idle();
    if (choice === undefined || !isOpen(choice)) return { kind: 'unknown' };
    const next = followUpOf.get(choice);
    if (next !== undefined) {
      menu = next;
      deadline = now + menuWordsMs;
    }
    return { kind: 'choice', choice };
  };

  return {
    press(now, digit) {
      if (deadline !== undefined && now >= deadline) idle();
      if (digit === '*') {
        idle();
        started = true;
        deadline = now + (isSlow() ? slowKeysMs : commandTimeoutMs);
        return { kind: 'none', bargeIn: true, plain: false };
      }
      if (started) return command(now, digit);
      if (menu !== undefined && digit !== '#') {
        return choose(now, menu[digit]);
      }
      // `#` alone is the habit of closing an entry: harmless.
      return { kind: 'none', bargeIn: digit !== '#', plain: menu === undefined };
    },
    nextTimeoutAt: () => deadline,
    timeout(now) {
      if (deadline !== undefined && now >= deadline) idle();
    },
    listen(now) {
      if (menu !== undefined) deadline = now + (isSlow() ? slowKeysMs : menuTimeoutMs);
    },
  };
}
