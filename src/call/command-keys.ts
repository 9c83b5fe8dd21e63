/**
 * The keys in a meeting, as one table.
 *
 *   idle ──`*`──▶ started ──key──▶ a command ──▶ idle, or its menu ──key──▶ a choice ──▶ idle
 *                  ▲  │ `*`: begins anew            │ `*`: begins a command
 *                  └──┘                             └ time up, other key: closed
 *
 * A command is `*` and one key, so none is the beginning of another. What can't be taken back
 * (leaving) needs a second key from a menu, so that one lost or doubled digit does no harm.
 */
import type { Digit } from './ports.ts';

export interface Command {
  readonly key: string;
  readonly who: 'everybody' | 'host';
  /** The choices that the next key makes. */
  readonly menu?: Readonly<Record<string, string>>;
}

export const commands = {
  mute: { key: '6', who: 'everybody' },
  hand: { key: '9', who: 'everybody' },
  count: { key: '1', who: 'everybody' },
  help: {
    key: '0',
    who: 'everybody',
    menu: { '0': 'service-desk', '1': 'louder', '2': 'softer' },
  },
  language: { key: '2', who: 'everybody' },
  leave: { key: '4', who: 'everybody', menu: { '1': 'leave-now', '2': 'end-for-all' } },
  again: { key: '#', who: 'everybody' },
  waiting: { key: '3', who: 'host' },
  'mute-all': { key: '5', who: 'host' },
  lock: { key: '7', who: 'host' },
  picture: { key: '8', who: 'host' },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;
type MenuOf<C> = C extends { readonly menu: infer M } ? M[keyof M] : never;
export type MenuChoice = MenuOf<(typeof commands)[CommandName]>;

export type KeyResult =
  /** Not (yet) a command; `bargeIn`: what is being said stops. */
  | { readonly kind: 'none'; readonly bargeIn: boolean }
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

const isCommandName = (text: string): text is CommandName => Object.hasOwn(commands, text);
const nameByKey: ReadonlyMap<string, CommandName> = new Map(
  Object.keys(commands)
    .filter(isCommandName)
    .map((name) => [commands[name].key, name]),
);

/** One caller's keys. Pure: time comes in. */
export function createCommandKeys(): CommandKeys {
  let started = false;
  let menu: Readonly<Record<string, MenuChoice>> | undefined;
  let deadline: number | undefined;

  const idle = (): void => {
    started = false;
    menu = undefined;
    deadline = undefined;
  };

  const command = (now: number, digit: string): KeyResult => {
    const name = nameByKey.get(digit);
    idle();
    if (name === undefined) return { kind: 'unknown' };
    const chosen = commands[name];
    if ('menu' in chosen) {
      menu = chosen.menu;
      deadline = now + menuWordsMs;
    }
    return { kind: 'command', command: name };
  };

  return {
    press(now, digit) {
      if (deadline !== undefined && now >= deadline) idle();
      if (digit === '*') {
        idle();
        started = true;
        deadline = now + commandTimeoutMs;
        return { kind: 'none', bargeIn: true };
      }
      if (started) return command(now, digit);
      if (menu !== undefined && digit !== '#') {
        const choice = menu[digit];
        idle();
        return choice === undefined ? { kind: 'unknown' } : { kind: 'choice', choice };
      }
      // `#` alone is the habit of closing an entry: harmless.
      return { kind: 'none', bargeIn: digit !== '#' };
    },
    nextTimeoutAt: () => deadline,
    timeout(now) {
      if (deadline !== undefined && now >= deadline) idle();
    },
    listen(now) {
      if (menu !== undefined) deadline = now + menuTimeoutMs;
    },
  };
}
