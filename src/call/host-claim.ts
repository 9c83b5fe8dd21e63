/**
 * A caller who says to be a host: `*3` without being one asks for the host PIN.
 *
 *   idle ──`*3`──▶ entering ──all digits──▶ idle, `entered`
 *                     │ `*` on an empty entry: that star begins a command
 *                     └ silence: forgotten
 *
 * The digits are seen by nobody else: they go to no room and no log.
 */
import { createDigitEntry, type DigitEntrySettings } from '../ivr/digit-entry.ts';
import type { Digit } from './ports/sip-engine.ts';

export type ClaimOutput =
  | { readonly type: 'hush' }
  | { readonly type: 'ask' }
  | { readonly type: 'entered'; readonly digits: string };

export interface HostClaim {
  /** Whether keys are digits of a PIN now. */
  readonly active: boolean;
  begin(length: number, slow: boolean): void;
  /** Undefined: the key is none of the entry's. */
  digit(now: number, digit: Digit): readonly ClaimOutput[] | undefined;
  /** The question is over: silence counts. */
  listen(now: number): void;
  timeout(now: number): void;
  nextTimeoutAt(): number | undefined;
  stop(): void;
}

export function createHostClaim(settings: DigitEntrySettings): HostClaim {
  // One silence is enough: nobody has to do this.
  const entry = createDigitEntry({ ...settings, maxSilentRounds: 1 });
  let active = false;
  let empty = true;

  const stop = (): void => {
    active = false;
    entry.stop();
  };

  return {
    get active() {
      return active;
    },
    begin(length, slow) {
      active = true;
      empty = true;
      entry.begin(length, slow);
    },
    digit(now, digit) {
      if (!active) return undefined;
      if (digit === '*' && empty) {
        stop();
        return undefined;
      }
      empty = digit === '*';
      return entry.handle(now, { type: 'digit', digit }).flatMap((output): ClaimOutput[] => {
        switch (output.type) {
          case 'barge-in':
            return [{ type: 'hush' }];
          case 'complete':
            active = false;
            return [{ type: 'entered', digits: output.digits }];
          case 'ask':
            return [{ type: 'ask' }];
          case 'language-menu':
          case 'no-input':
            stop();
            return [];
        }
      });
    },
    listen(now) {
      if (active) entry.handle(now, { type: 'listen' });
    },
    timeout(now) {
      if (active && entry.handle(now, { type: 'timeout' }).length > 0) stop();
    },
    nextTimeoutAt: () => (active ? entry.nextTimeoutAt() : undefined),
    stop,
  };
}
