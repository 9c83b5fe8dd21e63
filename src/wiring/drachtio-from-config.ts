import { networkInterfaces } from 'node:os';
import type { LegId } from '../call/identifiers.ts';
import type { MediaBridge } from '../call/ports/media.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { Config } from '../config.ts';
import type { DrachtioConfig } from '../config/drachtio-config.ts';
import type { FloorDoors } from '../sip/bfcp/floor-doors.ts';
import { followFreeSwitchList } from './freeswitch-list.ts';
import { goesStraightIn } from './goes-straight-in.ts';
import { createDrachtioEngine, type DrachtioEngine } from '../sip/drachtio/drachtio-engine.ts';
import { isSameMachine, mediaAddressOf } from '../sip/drachtio/same-machine.ts';
import type { RegistrarOptions } from '../sip/registrar/registrar.ts';
import type { SipMessageListener } from '../sip/transaction/message-listener.ts';
import type { TrunkSettings } from './trunk-settings.ts';

export interface DrachtioEngineParts {
  readonly config: Config;
  readonly drachtio: DrachtioConfig;
  /** The folder that our own workers play from. */
  readonly promptsDir: string;
  readonly media: MediaBridge;
  readonly floorDoors: FloorDoors | undefined;
  readonly trunks: TrunkSettings | undefined;
  readonly registrar: RegistrarOptions | undefined;
  readonly newLegId: () => LegId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onSipMessage?: SipMessageListener | undefined;
}

/** The drachtio engine as it is set: `RINGBRO_ENGINE=drachtio`. */
export const drachtioEngineOf = (parts: DrachtioEngineParts): DrachtioEngine => {
  const { config, drachtio, media, floorDoors, trunks, registrar, newLegId, clock, log } = parts;
  const { freeSwitch } = drachtio;
  const { port: firstListenPort } = freeSwitch.listen;
  const interfaces = networkInterfaces();
  const { listFile } = freeSwitch;
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
    followFreeSwitch:
      listFile === undefined
        ? undefined
        : (apply) => followFreeSwitchList({ file: listFile, clock, log }, apply),
    freeSwitchSecret: freeSwitch.secret,
    listenAddress: freeSwitch.listen.host,
    ...(firstListenPort === undefined ? {} : { firstListenPort }),
    promptsPath: freeSwitch.promptsPath ?? parts.promptsDir,
    media,
    mediaAddress: mediaAddressOf(config.sip.addresses, interfaces),
    publicAddress: config.sip.publicAddress,
    codecs: config.media.codecs,
    srtpPolicy: config.media.srtp,
    encryptsInside: (host) =>
      freeSwitch.srtp === 'yes' || (freeSwitch.srtp === 'auto' && !isSameMachine(host, interfaces)),
    mediaTimeoutMs: config.media.mediaTimeoutMs,
    qualityWindowMs: config.media.qualityWindowMs,
    isDirect: goesStraightIn({
      direct: drachtio.direct,
      video: config.media.video,
      domains: config.sip.domains,
    }),
    encryptsBeyond: drachtio.direct !== 'no',
    video: config.media.video && drachtio.direct !== 'no',
    floorDoors,
    trunks: trunks && { source: trunks, allow: config.sip.allow },
    registrar,
    newLegId,
    clock,
    log,
    onMessage: parts.onSipMessage,
  });
};
