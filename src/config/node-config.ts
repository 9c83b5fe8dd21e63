import { z } from 'zod';
import { command, optional, url, wholeNumber, type SettingsOf } from './values.ts';

/** The node itself: its name, what it keeps and where, what it speaks with, how it watches itself. */

export interface NodeConfig {
  readonly nodeId: string | undefined;
  readonly dataDir: string;
  /** `postgres://…`; undefined: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  /** Seals the PINs, the same on all nodes of a database; undefined: made once and kept in the data folder. */
  readonly pinSecret: string | undefined;
  readonly promptsDir: string | undefined;
  /** A program that speaks names: text in, WAV out; undefined: names are not said. */
  readonly speechCommand: readonly string[] | undefined;
  /** How often the gateway calls itself; undefined: never. */
  readonly canary: { readonly everyMs: number | undefined };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** The first seals, the others open what they sealed before. */
const pinSecrets = z
  .string()
  .refine((text) => text.split(',').every((part) => part.trim().length >= 32), {
    error: 'must be at least 32 characters; a former secret may follow after a comma',
  });

const speechCommand = command('espeak-ng -v {language} --stdin --stdout');

export const nodeShape = {
  RINGBRO_NODE_ID: optional(z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)),
  RINGBRO_DATA_DIR: optional(z.string()),
  DATABASE_URL: optional(url('postgres:', 'postgresql:')),
  RINGBRO_PIN_SECRET: optional(pinSecrets),
  RINGBRO_PROMPTS_DIR: optional(z.string()),
  RINGBRO_SPEECH_COMMAND: optional(speechCommand),
  RINGBRO_CANARY_MINUTES: optional(wholeNumber(1, 1_440)),
  RINGBRO_LOG_LEVEL: optional(z.enum(['debug', 'info', 'warn', 'error', 'silent'])),
};

export const nodeFrom = (e: SettingsOf<typeof nodeShape>): NodeConfig => ({
  nodeId: e.RINGBRO_NODE_ID,
  dataDir: e.RINGBRO_DATA_DIR ?? './data',
  databaseUrl: e.DATABASE_URL,
  pinSecret: e.RINGBRO_PIN_SECRET,
  promptsDir: e.RINGBRO_PROMPTS_DIR,
  speechCommand: e.RINGBRO_SPEECH_COMMAND,
  canary: {
    everyMs: e.RINGBRO_CANARY_MINUTES === undefined ? undefined : e.RINGBRO_CANARY_MINUTES * 60_000,
  },
  logLevel: e.RINGBRO_LOG_LEVEL ?? 'info',
});
