import type { LegId } from './call/identifiers.ts';
import type { MediaBridge } from './call/ports/media.ts';
import type { Clock, Logger } from './call/ports/process.ts';
import { callIdPattern } from './call/identifiers.ts';
import type { Config, DrachtioConfig } from './config.ts';
import { createDrachtioEngine, type DrachtioEngine } from './sip/drachtio/drachtio-engine.ts';
import type { TrunkSettings } from './trunk-settings.ts';

export interface DrachtioEngineParts {
  readonly config: Config;
  readonly drachtio: DrachtioConfig;
  /** The folder that our own workers play from. */
  readonly promptsDir: string;
  readonly media: MediaBridge;
  readonly trunks: TrunkSettings | undefined;
  readonly newLegId: () => LegId;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The drachtio engine as it is set: `RINGBRO_ENGINE=drachtio`. */
export const drachtioEngineOf = (parts: DrachtioEngineParts): DrachtioEngine => {
  const { config, drachtio, media, trunks, newLegId, clock, log } = parts;
  const { freeSwitch } = drachtio;
  const { port: firstListenPort } = freeSwitch.listen;
  const [mediaAddress = '127.0.0.1'] = config.sip.addresses;
  const goesStraightIn = ({ user, host }: { readonly user: string; readonly host: string }) =>
    callIdPattern.test(user) || config.sip.domains.includes(host);
  return createDrachtioEngine({
    drachtio: [
      ...drachtio.servers.map((server) => ({ style: 'inbound' as const, ...server })),
      ...drachtio.listen.map((server, at) => ({
        style: 'outbound' as const,
        ...server,
        routeAt: drachtio.routes[at],
      })),
    ],
    drachtioSecret: drachtio.secret,
    freeSwitch: freeSwitch.servers,
    freeSwitchSecret: freeSwitch.secret,
    listenAddress: freeSwitch.listen.host,
    ...(firstListenPort === undefined ? {} : { firstListenPort }),
    promptsPath: freeSwitch.promptsPath ?? parts.promptsDir,
    media,
    mediaAddress,
    publicAddress: config.sip.publicAddress,
    // A-law first: it is what Sweden and Denmark speak.
    codecs: ['PCMA', 'PCMU'],
    mediaTimeoutMs: config.media.mediaTimeoutMs,
    ...(drachtio.direct ? { isDirect: goesStraightIn } : {}),
    trunks: trunks && { source: trunks, allow: config.sip.allow },
    newLegId,
    clock,
    log,
  });
};
