import { z } from 'zod';
import { asCallId, callIdPattern, type CallId } from './call/identifiers.ts';
import type { CommandKeyTable } from './call/command-keys.ts';
import { parseKeyTable } from './call/key-table.ts';
import { isLanguage, type Language } from './ivr/language.ts';

/**
 * Every setting, read from the environment at once. The only reader of `process.env`.
 * A bad environment is reported whole: each wrong key with what it should be.
 */

export interface PublishedNumber {
  /** E.164 digits, with the leading + where it was given. */
  readonly number: string;
  readonly language: Language;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((v) => (v === '' ? undefined : v), schema.optional());

const port = z.coerce.number().int().min(0).max(65535);
const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const rtpPorts = z.string().transform((text, context) => {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || first < 1024 || last > 65535 || last - first < 1) {
    context.addIssue('must be FIRST-LAST, two ports from 1024 to 65535, such as 10000-19999');
    return z.NEVER;
  }
  return { first, last };
});

const cidr =
  /^(?:(?:\d{1,3}\.){3}\d{1,3}(?:\/(?:[12]?\d|3[0-2]))?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:\/(?:\d{1,2}|1[01]\d|12[0-8]))?)$/;

const cidrs = list.superRefine((parts, context) => {
  for (const part of parts) {
    if (!cidr.test(part))
      context.addIssue(`${part} is not an address or CIDR such as 192.0.2.0/24`);
  }
});

/** host:port, the host a name, an IPv4 address or an IPv6 address in brackets. */
const hostPorts = list.transform((parts, context): readonly HostPort[] => {
  const result: HostPort[] = [];
  for (const part of parts) {
    const [, bracketed, plain, portText] =
      /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(part) ?? [];
    const host = bracketed ?? plain;
    const given = Number(portText);
    if (host === undefined || given < 1 || given > 65535) {
      context.addIssue(`${part} is not HOST:PORT such as 192.0.2.5:9022`);
      return z.NEVER;
    }
    result.push({ host, port: given });
  }
  return result;
});

const numbers = list.transform((parts, context): readonly PublishedNumber[] => {
  const result: PublishedNumber[] = [];
  for (const part of parts) {
    const [number = '', language = 'sv'] = part.split('=');
    if (!/^\+?\d{2,15}$/.test(number) || !isLanguage(language)) {
      context.addIssue(`${part} is not NUMBER=LANGUAGE such as +46480445511=sv (sv, en or da)`);
      return z.NEVER;
    }
    result.push({ number, language });
  }
  return result;
});

const knownCodecs = ['opus', 'G722', 'PCMA', 'PCMU'] as const;
type CodecName = (typeof knownCodecs)[number];
/** Names are the same in any case. RFC 8866 §6.6 */
const codecs = list.transform((parts, context): readonly CodecName[] => {
  const found = parts.map((part) =>
    knownCodecs.find((known) => known.toLowerCase() === part.toLowerCase()),
  );
  const named = found.filter((codec) => codec !== undefined);
  if (named.length > 0 && new Set(found).size === parts.length && named.length === parts.length)
    return named;
  context.addIssue(`must be some of ${knownCodecs.join(', ')}, each once, the best first`);
  return z.NEVER;
});

const dialOutPrefixes = list.superRefine((parts, context) => {
  for (const part of parts)
    if (!/^\+[1-9]\d{0,14}$/.test(part))
      context.addIssue(`${part} is not the beginning of a number such as +46`);
});
const deskAddress = z.string().regex(/^(?:\+?\d{2,15}|sips?:[^\s<>"]+@[^\s<>"?]+)$/, {
  error:
    'must be a number such as +46480445500, an address such as sip:desk@192.0.2.5, or a call ID',
});
/** The first seals, the others open what they sealed before. */
const pinSecrets = z
  .string()
  .refine((text) => text.split(',').every((part) => part.trim().length >= 32), {
    error: 'must be at least 32 characters; a former secret may follow after a comma',
  });
/** A program and its arguments, apart by blanks; no shell reads them. */
const speechCommand = z
  .string()
  .regex(/^[^\s'"|&;<>$`]+(?:\s+[^\s'"|&;<>$`]+)*$/, {
    error:
      'must be a program and its arguments without quotes, such as espeak-ng -v {language} --stdin --stdout',
  })
  .transform((text) => text.split(/\s+/));
const testId = z.string().regex(callIdPattern, { error: 'must be nine digits' });
const ownNumber = z
  .string()
  .regex(/^\+?\d{2,15}$/, { error: 'must be a number such as +46480445511' });

const timeZone = z.string().refine(
  (name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return true;
    } catch {
      return false;
    }
  },
  { error: 'must be a time zone name such as Europe/Stockholm' },
);

const url = (...protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });

const keyTable = z.string().transform((text, context) => {
  const outcome = parseKeyTable(text);
  if (outcome.problems === undefined) return outcome.table;
  for (const problem of outcome.problems) context.addIssue(problem);
  return z.NEVER;
});

const environment = z.object({
  RINGBRO_ENGINE: optional(z.enum(['embedded', 'drachtio'])),
  RINGBRO_DATA_DIR: optional(z.string()),
  RINGBRO_SIP_ADDRESS: optional(list),
  RINGBRO_SIP_PORT: optional(port),
  RINGBRO_SIP_TLS_PORT: optional(port),
  RINGBRO_TLS_CERT: optional(z.string()),
  RINGBRO_TLS_KEY: optional(z.string()),
  RINGBRO_TLS_CLIENT_CA: optional(z.string()),
  RINGBRO_TLS_CA: optional(z.string()),
  RINGBRO_SRTP: optional(z.enum(['off', 'allow', 'require'])),
  RINGBRO_VIDEO: optional(z.enum(['off', 'allow'])),
  RINGBRO_CODECS: optional(codecs),
  RINGBRO_PUBLIC_ADDRESS: optional(z.union([z.ipv4(), z.ipv6()])),
  RINGBRO_RTP_PORTS: optional(rtpPorts),
  RINGBRO_SIP_ALLOW: optional(cidrs),
  RINGBRO_NUMBERS: optional(numbers),
  RINGBRO_TRUNKS: optional(z.string()),
  RINGBRO_SIP_DOMAINS: optional(list),
  RINGBRO_HTTP_ADDRESS: optional(z.string()),
  RINGBRO_HTTP_PORT: optional(port),
  RINGBRO_PUBLIC_URL: optional(url('http:', 'https:')),
  RINGBRO_API_KEY: optional(z.string().min(16)),
  RINGBRO_OPERATOR_PASSWORD: optional(z.string().min(12)),
  RINGBRO_OIDC_ISSUER: optional(url('https:')),
  RINGBRO_OIDC_CLIENT_ID: optional(z.string()),
  RINGBRO_OIDC_CLIENT_SECRET: optional(z.string()),
  RINGBRO_OIDC_GROUP: optional(z.string()),
  RINGBRO_TRUST_PROXY: optional(cidrs),
  RINGBRO_WEBHOOK_ALLOW: optional(cidrs),
  RINGBRO_DIRECTORY_URL: optional(url('http:', 'https:')),
  RINGBRO_DIRECTORY_KEY: optional(z.string()),
  RINGBRO_DIRECTORY_TIMEOUT_MS: optional(wholeNumber(100, 4_500)),
  RINGBRO_DIRECTORY_CACHE_S: optional(wholeNumber(0, 86_400)),
  RINGBRO_NODE_ID: optional(z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)),
  RINGBRO_PIN_SECRET: optional(pinSecrets),
  RINGBRO_DIAL_OUT_PREFIXES: optional(dialOutPrefixes),
  RINGBRO_SERVICE_DESK: optional(deskAddress),
  RINGBRO_SERVICE_DESK_TRUNK: optional(z.string()),
  RINGBRO_TEST_NUMBER: optional(ownNumber),
  RINGBRO_TEST_ID: optional(testId),
  RINGBRO_GO_BACK_MINUTES: optional(wholeNumber(0, 60)),
  RINGBRO_DIAL_OUT_TRUNK: optional(z.string()),
  RINGBRO_DIAL_OUT_NUMBER: optional(ownNumber),
  RINGBRO_DIAL_OUT_PER_HOUR: optional(wholeNumber(1, 10_000)),
  RINGBRO_DIAL_OUT_RING_S: optional(wholeNumber(1, 180)),
  RINGBRO_MAX_CALLS: optional(wholeNumber(1, 100_000)),
  RINGBRO_WORKERS: optional(wholeNumber(1, 128)),
  RINGBRO_LOG_LEVEL: optional(z.enum(['debug', 'info', 'warn', 'error', 'silent'])),
  RINGBRO_TIMEZONE: optional(timeZone),
  RINGBRO_RETENTION: optional(z.string()),
  RINGBRO_RETENTION_DAYS: optional(wholeNumber(1, 3650)),
  RINGBRO_PROMPTS_DIR: optional(z.string()),
  RINGBRO_SPEECH_COMMAND: optional(speechCommand),
  RINGBRO_FIRST_DIGIT_MS: optional(wholeNumber(1000, 120_000)),
  RINGBRO_INTER_DIGIT_MS: optional(wholeNumber(1000, 120_000)),
  RINGBRO_MEDIA_TIMEOUT_S: optional(wholeNumber(5, 86_400)),
  RINGBRO_QUALITY_WINDOW_S: optional(wholeNumber(1, 60)),
  RINGBRO_UPLINK: optional(z.enum(['heard', 'always'])),
  RINGBRO_SESSION_IDLE_S: optional(wholeNumber(5, 86_400)),
  RINGBRO_CANARY_MINUTES: optional(wholeNumber(1, 1_440)),
  RINGBRO_DRAIN_S: optional(wholeNumber(0, 86_400)),
  RINGBRO_HOST_GRACE_S: optional(wholeNumber(0, 3600)),
  RINGBRO_RING_MS: optional(wholeNumber(0, 60_000)),
  RINGBRO_MAX_CALL_MINUTES: optional(wholeNumber(1, 10_080)),
  RINGBRO_ADMISSION_WORDS: optional(z.enum(['full', 'tone'])),
  RINGBRO_KEYS: optional(keyTable),
  RINGBRO_FIRST_MEETING: optional(z.enum(['yes', 'no'])),
  DATABASE_URL: optional(url('postgres:', 'postgresql:')),
  RINGBRO_DRACHTIO: optional(hostPorts),
  RINGBRO_DRACHTIO_LISTEN: optional(hostPorts),
  RINGBRO_DRACHTIO_ROUTE: optional(hostPorts),
  RINGBRO_DRACHTIO_SECRET: optional(z.string()),
  RINGBRO_DRACHTIO_DIRECT: optional(z.enum(['yes', 'needed', 'no'])),
  RINGBRO_FREESWITCH: optional(hostPorts),
  RINGBRO_FREESWITCH_SECRET: optional(z.string()),
  RINGBRO_FREESWITCH_PROMPTS: optional(z.string()),
  RINGBRO_FREESWITCH_LISTEN: optional(hostPorts),
  RINGBRO_FREESWITCH_FILE: optional(z.string()),
  RINGBRO_FREESWITCH_SRTP: optional(z.enum(['auto', 'yes', 'no'])),
  LIVEKIT_URL: optional(url('ws:', 'wss:', 'http:', 'https:')),
  LIVEKIT_API_KEY: optional(z.string()),
  LIVEKIT_API_SECRET: optional(z.string()),
  LIVEKIT_BROWSER_URL: optional(url('ws:', 'wss:', 'http:', 'https:')),
});

export interface TlsConfig {
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Only holders of a certificate from there may call over TLS; undefined: everybody. */
  readonly clientAuthorityFile: string | undefined;
  /** Trusted beside the public authorities when we call over TLS. */
  readonly serverAuthorityFile: string | undefined;
  /** More certificates, each shown to who asks for one of its names. */
  readonly further: readonly { readonly certificateFile: string; readonly keyFile: string }[];
}

export interface DrachtioConfig {
  /** Admin ports of drachtio-servers that we connect to. */
  readonly servers: readonly HostPort[];
  /** Where drachtio-servers connect to us for their calls. */
  readonly listen: readonly HostPort[];
  /** Where they ask over HTTP whom to connect to, one for each of `listen`. */
  readonly routes: readonly HostPort[];
  readonly secret: string;
  /**
   * Which calls go past FreeSWITCH: none; those whose sound it can't encrypt; those and calls with a
   * call ID or a video address in the Request-URI.
   */
  readonly direct: 'no' | 'needed' | 'yes';
  readonly freeSwitch: {
    /** Their event sockets. */
    readonly servers: readonly HostPort[];
    readonly secret: string;
    /** The folder of prompts as FreeSWITCH sees it; undefined: where we see it ourselves. */
    readonly promptsPath: string | undefined;
    /** A file that names them, and is followed; undefined: `servers` is all. */
    readonly listFile: string | undefined;
    /** Sound between them and us as SRTP; `auto`: of those on other machines. */
    readonly srtp: 'auto' | 'yes' | 'no';
    /** Where FreeSWITCH calls back; its ports from `port` on, one a server, or any. */
    readonly listen: { readonly host: string; readonly port: number | undefined };
  };
}

export type ServiceDeskConfig =
  /** A number, then `trunk` leads there; or a SIP URI. */
  | { readonly to: string; readonly trunk: string | undefined }
  /** The meeting in which the staff of the desk are. */
  | { readonly callId: CallId };

export interface Config {
  readonly engine: 'embedded' | 'drachtio';
  readonly dataDir: string;
  readonly promptsDir: string | undefined;
  /** A program that speaks names: text in, WAV out; undefined: names are not said. */
  readonly speechCommand: readonly string[] | undefined;
  readonly nodeId: string | undefined;
  /** `postgres://…`; undefined: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  /** Seals the PINs, the same on all nodes of a database; undefined: made once and kept in the data folder. */
  readonly pinSecret: string | undefined;
  readonly sip: {
    readonly addresses: readonly string[];
    readonly port: number;
    /** Files in PEM; undefined: no TLS. */
    readonly tls: TlsConfig | undefined;
    readonly publicAddress: string | undefined;
    /** CIDRs that calls may come from; empty: all. */
    readonly allow: readonly string[];
    readonly numbers: readonly PublishedNumber[];
    /** The trunk settings file; undefined: no trunks, `allow` and `numbers` decide alone. */
    readonly trunksFile: string | undefined;
    readonly domains: readonly string[];
  };
  /** What `engine: 'drachtio'` is made of; undefined for the embedded engine. */
  readonly drachtio: DrachtioConfig | undefined;
  readonly media: {
    readonly rtpPorts: { readonly first: number; readonly last: number };
    /** undefined: cores - 1, at least 1. */
    readonly workers: number | undefined;
    readonly mediaTimeoutMs: number;
    /** How often each call tells how its sound goes. */
    readonly qualityWindowMs: number;
    /** Callers' sound goes into rooms even where nobody listens. */
    readonly sendsUnheard: boolean;
    /** `allow`: SRTP where the caller offers it; `require`: no call without. */
    readonly srtp: 'off' | 'allow' | 'require';
    /** For the sound of calls that come by no trunk, the best first. */
    readonly codecs: readonly CodecName[];
    /** Whether video rooms are answered with pictures. */
    readonly video: boolean;
  };
  readonly http: {
    readonly address: string;
    readonly port: number;
    readonly publicUrl: string | undefined;
    /** undefined: made at the first start and kept in the data folder. */
    readonly apiKey: string | undefined;
    /** Of the first account; undefined: the same. */
    readonly operatorPassword: string | undefined;
    /** Signing in by OpenID Connect. */
    readonly signInService:
      | {
          readonly issuer: string;
          readonly clientId: string;
          readonly clientSecret: string;
          readonly group: string | undefined;
        }
      | undefined;
    /** Proxies whose X-Forwarded-For is believed. */
    readonly trustProxy: readonly string[];
    /** A session of a page that nobody uses; undefined: half an hour. */
    readonly sessionIdleMs: number | undefined;
    /** Private networks that webhooks may go to, also without TLS. */
    readonly webhookAllow: readonly string[];
  };
  readonly livekit:
    { readonly url: string; readonly apiKey: string; readonly apiSecret: string } | undefined;
  /** Where browsers reach the meeting server; undefined: where we do. */
  readonly livekitBrowserUrl: string | undefined;
  readonly calls: {
    readonly maxCalls: number;
    readonly maxCallMs: number;
    /** How long live calls may go on after the first signal to stop. */
    readonly drainMs: number;
    /** How long it rings before the answer. */
    readonly ringMs: number;
    /** How long a host whose line broke has to come back. */
    readonly hostGraceMs: number;
    readonly firstDigitTimeoutMs: number;
    readonly interDigitTimeoutMs: number;
    readonly admissionWords: 'full' | 'tone';
    /** How long somebody whose line broke is offered the way back; 0: not at all. */
    readonly goBackMs: number;
    /** Which key stands for which command; undefined: as in docs/phone-guide.md. */
    readonly keys: CommandKeyTable | undefined;
    readonly timeZone: string;
    readonly retentionDays: number;
    /** A JSON file with ages of kinds and of organisation units; undefined: `retentionDays` for all. */
    readonly retentionFile: string | undefined;
  };
  /** A booking system that is asked for call IDs nobody has here. */
  readonly directory:
    | {
        readonly url: string;
        readonly key: string | undefined;
        readonly timeoutMs: number;
        readonly cacheMs: number;
      }
    | undefined;
  /** Whom callers reach who ask for a person; undefined: nobody. */
  /** How often the gateway calls itself; undefined: never. */
  readonly canary: { readonly everyMs: number | undefined };
  readonly serviceDesk: ServiceDeskConfig | undefined;
  /** For tests of the caller's sound. */
  readonly test: { readonly number: string | undefined; readonly callId: CallId | undefined };
  /** Calls of our own into meetings; off where `prefixes` is empty. */
  readonly dialOut: {
    readonly prefixes: readonly string[];
    readonly trunk: string | undefined;
    /** What the one called is shown; undefined: withheld. */
    readonly callerNumber: string | undefined;
    readonly perHour: number;
    readonly ringLimitMs: number;
  };
  /** Whether a first meeting is made for the newcomer at the first start. */
  readonly firstMeeting: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
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

const livekitProblems = (e: z.infer<typeof environment>): string[] => {
  const given = [e.LIVEKIT_URL, e.LIVEKIT_API_KEY, e.LIVEKIT_API_SECRET];
  return given.every((v) => v === undefined) || given.every((v) => v !== undefined)
    ? []
    : [
        'LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET: give all three, or none for a local livekit-server',
      ];
};

const filesIn = (list = ''): readonly string[] => list.split(',').map((file) => file.trim());

const tlsProblems = (e: z.infer<typeof environment>): string[] => {
  const given = [e.RINGBRO_SIP_TLS_PORT, e.RINGBRO_TLS_CERT, e.RINGBRO_TLS_KEY];
  const authorities = [e.RINGBRO_TLS_CLIENT_CA, e.RINGBRO_TLS_CA];
  if ([...given, ...authorities].every((v) => v === undefined)) return [];
  if (given.includes(undefined)) {
    return [
      'RINGBRO_SIP_TLS_PORT, RINGBRO_TLS_CERT and RINGBRO_TLS_KEY: give all three for SIP over TLS, or none',
    ];
  }
  return filesIn(e.RINGBRO_TLS_CERT).length === filesIn(e.RINGBRO_TLS_KEY).length
    ? []
    : ['RINGBRO_TLS_CERT, RINGBRO_TLS_KEY: as many keys as certificates, in the same order'];
};

const signInServiceProblems = (e: z.infer<typeof environment>): string[] => {
  const given = [e.RINGBRO_OIDC_ISSUER, e.RINGBRO_OIDC_CLIENT_ID, e.RINGBRO_OIDC_CLIENT_SECRET];
  const some = given.some((v) => v !== undefined) || e.RINGBRO_OIDC_GROUP !== undefined;
  if (!some) return [];
  return [
    ...(given.every((v) => v !== undefined)
      ? []
      : ['RINGBRO_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET: give all three, or none']),
    ...(e.RINGBRO_PUBLIC_URL === undefined
      ? ['RINGBRO_PUBLIC_URL: the sign-in service has to know where people come back to']
      : []),
  ];
};

/** A number leads nowhere by itself. */
const deskProblems = (e: z.infer<typeof environment>): string[] => {
  const desk = serviceDeskFrom(e);
  return desk !== undefined && 'to' in desk && !desk.to.includes(':') && desk.trunk === undefined
    ? ['RINGBRO_SERVICE_DESK_TRUNK: a number is called through a trunk']
    : [];
};

/** Our own words name the keys: other keys need other recordings. */
const keyProblems = (e: z.infer<typeof environment>): string[] =>
  e.RINGBRO_KEYS !== undefined && e.RINGBRO_PROMPTS_DIR === undefined
    ? ['RINGBRO_KEYS: needs RINGBRO_PROMPTS_DIR, recordings that name these keys']
    : [];

/** What the drachtio engine cannot do without. */
const drachtioProblems = (e: z.infer<typeof environment>): string[] => {
  if (e.RINGBRO_ENGINE !== 'drachtio') return [];
  const missing = (
    ['RINGBRO_DRACHTIO_SECRET', 'RINGBRO_FREESWITCH', 'RINGBRO_FREESWITCH_SECRET'] as const
  ).flatMap((key) =>
    e[key] === undefined &&
    !(key === 'RINGBRO_FREESWITCH' && e.RINGBRO_FREESWITCH_FILE !== undefined)
      ? [`${key}: RINGBRO_ENGINE=drachtio needs it`]
      : [],
  );
  return e.RINGBRO_DRACHTIO === undefined && e.RINGBRO_DRACHTIO_LISTEN === undefined
    ? ['RINGBRO_DRACHTIO: RINGBRO_ENGINE=drachtio needs it, or RINGBRO_DRACHTIO_LISTEN', ...missing]
    : missing;
};

/** Reads the whole environment; every wrong key is reported, not only the first. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): ConfigResult => {
  const parsed = environment.safeParse(env);
  const problems = [
    ...unknownKeys(env).map((key) => `${key}: no such setting`),
    ...(parsed.success
      ? [
          ...livekitProblems(parsed.data),
          ...tlsProblems(parsed.data),
          ...deskProblems(parsed.data),
          ...signInServiceProblems(parsed.data),
          ...keyProblems(parsed.data),
          ...drachtioProblems(parsed.data),
        ]
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
  ];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: configFrom(parsed.data) };
};

const livekitFrom = (e: z.infer<typeof environment>): Config['livekit'] =>
  e.LIVEKIT_URL === undefined ||
  e.LIVEKIT_API_KEY === undefined ||
  e.LIVEKIT_API_SECRET === undefined
    ? undefined
    : { url: e.LIVEKIT_URL, apiKey: e.LIVEKIT_API_KEY, apiSecret: e.LIVEKIT_API_SECRET };

const signInServiceFrom = (e: z.infer<typeof environment>): Config['http']['signInService'] =>
  e.RINGBRO_OIDC_ISSUER === undefined ||
  e.RINGBRO_OIDC_CLIENT_ID === undefined ||
  e.RINGBRO_OIDC_CLIENT_SECRET === undefined
    ? undefined
    : {
        issuer: e.RINGBRO_OIDC_ISSUER,
        clientId: e.RINGBRO_OIDC_CLIENT_ID,
        clientSecret: e.RINGBRO_OIDC_CLIENT_SECRET,
        group: e.RINGBRO_OIDC_GROUP,
      };

const tlsFrom = (e: z.infer<typeof environment>): TlsConfig | undefined => {
  const keys = filesIn(e.RINGBRO_TLS_KEY);
  const [first, ...further] = filesIn(e.RINGBRO_TLS_CERT).map((certificateFile, at) => ({
    certificateFile,
    keyFile: keys[at] ?? '',
  }));
  return e.RINGBRO_SIP_TLS_PORT === undefined || first === undefined
    ? undefined
    : {
        port: e.RINGBRO_SIP_TLS_PORT,
        ...first,
        further,
        clientAuthorityFile: e.RINGBRO_TLS_CLIENT_CA,
        serverAuthorityFile: e.RINGBRO_TLS_CA,
      };
};

const drachtioFrom = (e: z.infer<typeof environment>): DrachtioConfig | undefined => {
  if (e.RINGBRO_ENGINE !== 'drachtio') return undefined;
  const [listen] = e.RINGBRO_FREESWITCH_LISTEN ?? [];
  return {
    servers: e.RINGBRO_DRACHTIO ?? [],
    listen: e.RINGBRO_DRACHTIO_LISTEN ?? [],
    routes: e.RINGBRO_DRACHTIO_ROUTE ?? [],
    secret: e.RINGBRO_DRACHTIO_SECRET ?? '',
    direct: e.RINGBRO_DRACHTIO_DIRECT ?? 'needed',
    freeSwitch: {
      servers: e.RINGBRO_FREESWITCH ?? [],
      secret: e.RINGBRO_FREESWITCH_SECRET ?? '',
      promptsPath: e.RINGBRO_FREESWITCH_PROMPTS,
      listFile: e.RINGBRO_FREESWITCH_FILE,
      srtp: e.RINGBRO_FREESWITCH_SRTP ?? 'auto',
      listen: { host: listen?.host ?? '127.0.0.1', port: listen?.port },
    },
  };
};

const serviceDeskFrom = (e: z.infer<typeof environment>): Config['serviceDesk'] => {
  const to = e.RINGBRO_SERVICE_DESK;
  if (to === undefined) return undefined;
  const callId = asCallId(to);
  if (callId !== undefined) return { callId };
  const trunk = e.RINGBRO_SERVICE_DESK_TRUNK ?? e.RINGBRO_DIAL_OUT_TRUNK;
  return { to, trunk: to.includes(':') ? undefined : trunk };
};

const configFrom = (e: z.infer<typeof environment>): Config => ({
  engine: e.RINGBRO_ENGINE ?? 'embedded',
  dataDir: e.RINGBRO_DATA_DIR ?? './data',
  promptsDir: e.RINGBRO_PROMPTS_DIR,
  speechCommand: e.RINGBRO_SPEECH_COMMAND,
  nodeId: e.RINGBRO_NODE_ID,
  databaseUrl: e.DATABASE_URL,
  pinSecret: e.RINGBRO_PIN_SECRET,
  sip: {
    addresses: e.RINGBRO_SIP_ADDRESS ?? ['127.0.0.1'],
    port: e.RINGBRO_SIP_PORT ?? 5060,
    tls: tlsFrom(e),
    publicAddress: e.RINGBRO_PUBLIC_ADDRESS,
    allow: e.RINGBRO_SIP_ALLOW ?? [],
    numbers: e.RINGBRO_NUMBERS ?? [],
    trunksFile: e.RINGBRO_TRUNKS,
    domains: e.RINGBRO_SIP_DOMAINS ?? [],
  },
  drachtio: drachtioFrom(e),
  media: {
    rtpPorts: e.RINGBRO_RTP_PORTS ?? { first: 10_000, last: 19_999 },
    workers: e.RINGBRO_WORKERS,
    mediaTimeoutMs: (e.RINGBRO_MEDIA_TIMEOUT_S ?? 60) * 1000,
    qualityWindowMs: (e.RINGBRO_QUALITY_WINDOW_S ?? 10) * 1000,
    sendsUnheard: e.RINGBRO_UPLINK === 'always',
    srtp: e.RINGBRO_SRTP ?? 'allow',
    codecs: e.RINGBRO_CODECS ?? knownCodecs,
    video: e.RINGBRO_VIDEO !== 'off',
  },
  http: {
    address: e.RINGBRO_HTTP_ADDRESS ?? '127.0.0.1',
    port: e.RINGBRO_HTTP_PORT ?? 8080,
    publicUrl: e.RINGBRO_PUBLIC_URL,
    apiKey: e.RINGBRO_API_KEY,
    operatorPassword: e.RINGBRO_OPERATOR_PASSWORD,
    signInService: signInServiceFrom(e),
    trustProxy: e.RINGBRO_TRUST_PROXY ?? [],
    sessionIdleMs:
      e.RINGBRO_SESSION_IDLE_S === undefined ? undefined : e.RINGBRO_SESSION_IDLE_S * 1000,
    webhookAllow: e.RINGBRO_WEBHOOK_ALLOW ?? [],
  },
  livekit: livekitFrom(e),
  livekitBrowserUrl: e.LIVEKIT_BROWSER_URL,
  calls: {
    maxCalls: e.RINGBRO_MAX_CALLS ?? 1000,
    drainMs: (e.RINGBRO_DRAIN_S ?? 20) * 1000,
    ringMs: e.RINGBRO_RING_MS ?? 0,
    hostGraceMs: (e.RINGBRO_HOST_GRACE_S ?? 30) * 1000,
    maxCallMs: (e.RINGBRO_MAX_CALL_MINUTES ?? 720) * 60_000,
    firstDigitTimeoutMs: e.RINGBRO_FIRST_DIGIT_MS ?? 15_000,
    interDigitTimeoutMs: e.RINGBRO_INTER_DIGIT_MS ?? 10_000,
    admissionWords: e.RINGBRO_ADMISSION_WORDS ?? 'full',
    goBackMs: (e.RINGBRO_GO_BACK_MINUTES ?? 0) * 60_000,
    keys: e.RINGBRO_KEYS,
    timeZone: e.RINGBRO_TIMEZONE ?? 'Europe/Stockholm',
    retentionDays: e.RINGBRO_RETENTION_DAYS ?? 90,
    retentionFile: e.RINGBRO_RETENTION,
  },
  directory:
    e.RINGBRO_DIRECTORY_URL === undefined
      ? undefined
      : {
          url: e.RINGBRO_DIRECTORY_URL,
          key: e.RINGBRO_DIRECTORY_KEY,
          timeoutMs: e.RINGBRO_DIRECTORY_TIMEOUT_MS ?? 3_000,
          cacheMs: (e.RINGBRO_DIRECTORY_CACHE_S ?? 60) * 1000,
        },
  canary: {
    everyMs: e.RINGBRO_CANARY_MINUTES === undefined ? undefined : e.RINGBRO_CANARY_MINUTES * 60_000,
  },
  serviceDesk: serviceDeskFrom(e),
  test: {
    number: e.RINGBRO_TEST_NUMBER,
    callId: e.RINGBRO_TEST_ID === undefined ? undefined : asCallId(e.RINGBRO_TEST_ID),
  },
  dialOut: {
    prefixes: e.RINGBRO_DIAL_OUT_PREFIXES ?? [],
    trunk: e.RINGBRO_DIAL_OUT_TRUNK,
    callerNumber: e.RINGBRO_DIAL_OUT_NUMBER,
    perHour: e.RINGBRO_DIAL_OUT_PER_HOUR ?? 60,
    ringLimitMs: (e.RINGBRO_DIAL_OUT_RING_S ?? 40) * 1000,
  },
  // Its call ID is printed: only where nobody but this machine can call it.
  firstMeeting:
    e.RINGBRO_FIRST_MEETING === 'yes' ||
    (e.RINGBRO_FIRST_MEETING === undefined &&
      e.DATABASE_URL === undefined &&
      (e.RINGBRO_SIP_ADDRESS ?? []).every((address) => /^127\.|^::1$/.test(address))),
  logLevel: e.RINGBRO_LOG_LEVEL ?? 'info',
});

/** A secret that a settings file names. */
export const environmentVariable = (name: string): string | undefined => process.env[name];
