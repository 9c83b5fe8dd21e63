import { randomBytes } from 'node:crypto';
import { asLegId, type LegId, type NodeId } from '../call/identifiers.ts';
import type { MediaBridge } from '../call/ports/media.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { RoomSystemBook } from '../call/ports/room-systems.ts';
import type { SipEngine } from '../call/ports/sip-engine.ts';
import type { Config } from '../config.ts';
import { drachtioEngineOf } from './drachtio-from-config.ts';
import { createFloorDoors, type FloorDoors } from '../sip/bfcp/floor-doors.ts';
import { createEmbeddedEngine } from '../sip/embedded/embedded-engine.ts';
import type { TlsCredentials } from '../sip/embedded/tls-credentials.ts';
import type { SipMessageListener } from '../sip/transaction/message-listener.ts';
import type { TrunkSettings } from './trunk-settings.ts';

/** Never begins with a dash, which spreadsheets and command lines take for something else. */
export const newLegId = (random: (bytes: number) => Buffer = randomBytes): LegId => {
  const id = random(16).toString('base64url');
  return id.startsWith('-') ? newLegId(random) : asLegId(id);
};

export interface EngineParts {
  readonly config: Config;
  /** Where the prompts are when the settings name no folder. */
  readonly ownPrompts: string;
  readonly media: MediaBridge;
  readonly floorDoors: FloorDoors | undefined;
  readonly tls: TlsCredentials | undefined;
  readonly trunks: TrunkSettings | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onSipMessage?: SipMessageListener | undefined;
  readonly roomSystems: RoomSystemBook;
  readonly nodeId: NodeId;
}

/** Names of hosts are the same in any case. */
export const sipDomainsOf = ({ sip }: Config): readonly string[] =>
  sip.domains.map((domain) => domain.toLowerCase());

/**
 * Where devices speak of their slides, for whichever engine; undefined: no slides beside a camera.
 * What they speak is in the clear.
 */
export const floorDoorsOf = ({ media, sip }: Config, log: Logger): FloorDoors | undefined =>
  media.video && media.srtp !== 'require' ? createFloorDoors(sip.bfcpPort ?? 0, log) : undefined;

/** The SIP engine that the settings ask for, not started. */
export const engineOf = (parts: EngineParts): SipEngine => {
  const { config, media, floorDoors, tls, trunks, clock, log } = parts;
  const domains = sipDomainsOf(config);
  const registrar =
    domains.length === 0 ? undefined : { book: parts.roomSystems, domains, nodeId: parts.nodeId };
  if (config.drachtio !== undefined) {
    const { drachtio, promptsDir = parts.ownPrompts } = config;
    return drachtioEngineOf({
      config,
      drachtio,
      promptsDir,
      media,
      floorDoors,
      trunks,
      registrar,
      newLegId,
      clock,
      log,
      onSipMessage: parts.onSipMessage,
    });
  }
  const { tls: tlsSettings } = config.sip;
  return createEmbeddedEngine({
    listen: config.sip.addresses.flatMap((address) => [
      { transport: 'udp' as const, address, port: config.sip.port },
      { transport: 'tcp' as const, address, port: config.sip.port },
      ...(tlsSettings === undefined
        ? []
        : [{ transport: 'tls' as const, address, port: tlsSettings.port }]),
    ]),
    tls,
    srtpPolicy: config.media.srtp,
    video: config.media.video,
    floorDoors,
    trunks: trunks && { source: trunks, allow: config.sip.allow },
    publicAddress: config.sip.publicAddress,
    codecs: config.media.codecs,
    media,
    clock,
    log,
    newLegId,
    onMessage: parts.onSipMessage,
    registrar,
  });
};
