import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { loadPrompts } from '../bridge/audio/prompt-library.ts';
import { createMediaBridge } from '../bridge/client.ts';
import { linkSecretOf } from '../bridge/node-link/link-keys.ts';
import type { NodeLinkSetup } from '../bridge/node-link/node-links.ts';
import { asNodeId } from '../call/identifiers.ts';
import type { MediaBridge } from '../call/ports/media.ts';
import type { Config } from '../config.ts';
import { secretList } from '../store/secret-list.ts';
import type { Closing, GatewayDeps } from './gateway-deps.ts';
import type { LiveKitAccess } from './open-livekit.ts';

export const ownPrompts = fileURLToPath(new URL('../../prompts', import.meta.url));
/** The rate of the mix: G.711's own. */
export const promptRateHz = 8000;

export const openMedia = async (
  { config, folder, logger }: GatewayDeps,
  livekit: LiveKitAccess,
  opened: Closing[],
): Promise<MediaBridge> => {
  const { library, problems } = await loadPrompts(config.promptsDir ?? ownPrompts, promptRateHz);
  if (problems.length > 0) throw new Error(`prompts can't be used:\n${problems.join('\n')}`);
  const media = await createMediaBridge({
    workers: config.media.workers ?? Math.max(1, availableParallelism() - 1),
    rtpPorts: config.media.rtpPorts,
    prompts: library,
    livekit,
    nodeId: asNodeId(folder.nodeId),
    settings: {
      mediaTimeoutMs: config.media.mediaTimeoutMs,
      qualityWindowMs: config.media.qualityWindowMs,
      sendsUnheard: config.media.sendsUnheard,
    },
    transcoding: config.media.transcodeCommand && {
      command: config.media.transcodeCommand,
      limit: config.media.transcodeLimit,
    },
    nodeLink: nodeLinkOf(config, folder.pinSecret),
    log: logger.child({ part: 'media' }),
  });
  opened.push(() => media.close());
  return media;
};

/**
 * Undefined where there are no other nodes, or no address is known that they could reach. While a secret is being
 * replaced node by node, those with another first one have no links with each other.
 */
const nodeLinkOf = (config: Config, pinSecret: string): NodeLinkSetup | undefined => {
  const { nodeLink } = config.media;
  if (nodeLink === undefined || config.databaseUrl === undefined) return undefined;
  const address = nodeLink.address ?? config.sip.addresses.find(isOneAddress);
  if (address === undefined) return undefined;
  return { address, ports: nodeLink.ports, secret: linkSecretOf(secretList(pinSecret)[0]) };
};

const isOneAddress = (address: string): boolean =>
  isIP(address) !== 0 && !['0.0.0.0', '::'].includes(address);
