import { z } from 'zod';
import { hostPorts, optional, type HostPort, type SettingsOf } from './values.ts';

/** The servers of the drachtio engine; the embedded engine has none. */

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

export const drachtioShape = {
  RINGBRO_ENGINE: optional(z.enum(['embedded', 'drachtio'])),
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
};
type DrachtioSettings = SettingsOf<typeof drachtioShape>;

/** What the engine cannot do without. */
export const drachtioProblems = (e: DrachtioSettings): readonly string[] => {
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

export const drachtioFrom = (e: DrachtioSettings): DrachtioConfig | undefined => {
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
