import { z } from 'zod';
import { callShape, callsFrom, type CallConfig } from './config/call-config.ts';
import {
  calledProblems,
  calledShape,
  dialOutFrom,
  serviceDeskFrom,
  testCallsFrom,
  type DialOutConfig,
  type ServiceDeskConfig,
  type TestCallConfig,
} from './config/called-config.ts';
import { directoryFrom, directoryShape, type DirectoryConfig } from './config/directory-config.ts';
import {
  drachtioFrom,
  drachtioProblems,
  drachtioShape,
  type DrachtioConfig,
} from './config/drachtio-config.ts';
import { httpFrom, httpProblems, httpShape, type HttpConfig } from './config/http-config.ts';
import {
  livekitFrom,
  livekitProblems,
  livekitShape,
  type LiveKitConfig,
} from './config/livekit-config.ts';
import { mediaFrom, mediaShape, type MediaConfig } from './config/media-config.ts';
import { nodeFrom, nodeShape, type NodeConfig } from './config/node-config.ts';
import { sipFrom, sipProblems, sipShape, type SipConfig } from './config/sip-config.ts';
import { optional } from './config/values.ts';

/**
 * Every setting, read from the environment at once. The only reader of `process.env`.
 * A bad environment is reported whole: each wrong key with what it should be.
 */

const environment = z.object({
  ...nodeShape,
  ...sipShape,
  ...drachtioShape,
  ...mediaShape,
  ...httpShape,
  ...livekitShape,
  ...callShape,
  ...calledShape,
  ...directoryShape,
  RINGBRO_FIRST_MEETING: optional(z.enum(['yes', 'no'])),
});
type Environment = z.infer<typeof environment>;

export interface Config extends NodeConfig {
  readonly engine: 'embedded' | 'drachtio';
  readonly sip: SipConfig;
  /** What `engine: 'drachtio'` is made of; undefined for the embedded engine. */
  readonly drachtio: DrachtioConfig | undefined;
  readonly media: MediaConfig;
  readonly http: HttpConfig;
  /** undefined: a local livekit-server is run. */
  readonly livekit: LiveKitConfig | undefined;
  /** Where browsers reach the meeting server; undefined: where we do. */
  readonly livekitBrowserUrl: string | undefined;
  readonly calls: CallConfig;
  readonly serviceDesk: ServiceDeskConfig | undefined;
  readonly dialOut: DialOutConfig;
  readonly test: TestCallConfig;
  readonly directory: DirectoryConfig | undefined;
  /** Whether a first meeting is made for the newcomer at the first start. */
  readonly firstMeeting: boolean;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** One line a wrong key. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Names that begin like ours but are none of ours: most often a misspelling. Those of the tests are. */
const unknownKeys = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env).filter(
    (key) =>
      key.startsWith('RINGBRO_') && !key.startsWith('RINGBRO_TEST_') && !(key in environment.shape),
  );

/** Our own words name the keys: other keys need other recordings. */
const keyProblems = (e: Environment): readonly string[] =>
  e.RINGBRO_KEYS !== undefined && e.RINGBRO_PROMPTS_DIR === undefined
    ? ['RINGBRO_KEYS: needs RINGBRO_PROMPTS_DIR, recordings that name these keys']
    : [];

/** Reads the whole environment; every wrong key is reported, not only the first. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): ConfigResult => {
  const parsed = environment.safeParse(env);
  const problems = [
    ...unknownKeys(env).map((key) => `${key}: no such setting`),
    ...(parsed.success
      ? [
          ...livekitProblems(parsed.data),
          ...sipProblems(parsed.data),
          ...calledProblems(parsed.data),
          ...httpProblems(parsed.data),
          ...keyProblems(parsed.data),
          ...drachtioProblems(parsed.data),
        ]
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
  ];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: configFrom(parsed.data) };
};

const configFrom = (e: Environment): Config => ({
  ...nodeFrom(e),
  engine: e.RINGBRO_ENGINE ?? 'embedded',
  sip: sipFrom(e),
  drachtio: drachtioFrom(e),
  media: mediaFrom(e),
  http: httpFrom(e),
  livekit: livekitFrom(e),
  livekitBrowserUrl: e.LIVEKIT_BROWSER_URL,
  calls: callsFrom(e),
  serviceDesk: serviceDeskFrom(e),
  dialOut: dialOutFrom(e),
  test: testCallsFrom(e),
  directory: directoryFrom(e),
  // Its call ID is printed: only where nobody but this machine can call it.
  firstMeeting:
    e.RINGBRO_FIRST_MEETING === 'yes' ||
    (e.RINGBRO_FIRST_MEETING === undefined &&
      e.DATABASE_URL === undefined &&
      (e.RINGBRO_SIP_ADDRESS ?? []).every((address) => /^127\.|^::1$/.test(address))),
});

/** A secret that a settings file names. */
export const environmentVariable = (name: string): string | undefined => process.env[name];
