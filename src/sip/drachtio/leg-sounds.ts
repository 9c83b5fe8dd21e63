/** Who holds the sound of a call: FreeSWITCH, or for calls that go straight in the media worker alone. */
import { randomBytes, randomInt } from 'node:crypto';
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { CallInvitation, LegSecurity } from '../../call/ports/sip-engine.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import type { LocalSrtp, SrtpPolicy } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { createDirectSound } from './direct-sound.ts';
import type { CallSignalling } from './drachtio-connection.ts';
import type { FreeSwitchPool } from './freeswitch-pool.ts';
import { createFreeSwitchSound } from './freeswitch-sound.ts';
import type { LegSound } from './leg-sound.ts';
import { needsHandshake } from './needs-handshake.ts';

export interface LegSoundOptions {
  /** The folder of `prompts/` as FreeSWITCH sees it. */
  readonly promptsPath: string;
  readonly media: MediaBridge;
  /** Where media workers bind; FreeSWITCH sends there, and direct callers. */
  readonly mediaAddress: string;
  /** `mediaAddress` as direct callers see it [the same]. */
  readonly publicAddress?: string | undefined;
  /** In order of preference, for the offers that we make. */
  readonly codecs: readonly AudioCodec[];
  /** Of callers [allow]. */
  readonly srtpPolicy?: SrtpPolicy;
  /** Whether the sound between this FreeSWITCH (its host) and the workers is SRTP [never]. */
  readonly encryptsInside?: (host: string) => boolean;
  /** No sound from a caller for this long is a `media-timeout`. */
  readonly mediaTimeoutMs: number;
  /** How often each call on FreeSWITCH tells how its sound goes [10 s]. */
  readonly qualityWindowMs?: number | undefined;
  readonly clock: Clock;
  /** Calls that are answered with the worker's own address, past FreeSWITCH [none]. */
  readonly isDirect?: (dialled: CallInvitation['dialled']) => boolean;
  /** So are those that DTLS-SRTP alone can encrypt; otherwise they get 488, or sound in the clear [no]. */
  readonly takesDtls?: boolean;
}

export interface LegSounds {
  forCaller(
    invitation: CallInvitation,
    offer: string | undefined,
    trunk: Trunk | undefined,
    signalling: Pick<CallSignalling, 'createUac'>,
    log: Logger,
  ): LegSound;
  /** For a call of ours. */
  forCallee(
    callee: {
      readonly legId: LegId;
      readonly transport: LegSecurity['signalling'];
      readonly trunk: Trunk | undefined;
      readonly ringLimitMs: number;
      readonly demandsSrtp: boolean;
    },
    signalling: Pick<CallSignalling, 'createUac'>,
    log: Logger,
  ): LegSound;
}

const defaultQualityWindowMs = 10_000;

const newSessionId = (): string => String(randomInt(1, 2 ** 31));

export const createLegSounds = (options: LegSoundOptions, pool: FreeSwitchPool): LegSounds => {
  const { media, mediaAddress, srtpPolicy = 'allow' } = options;
  const withPolicy = (policy: SrtpPolicy): LocalSrtp => ({ policy, random: randomBytes });
  const common = (legId: LegId, trunk: Trunk | undefined, log: Logger) => ({
    legId,
    media,
    mediaAddress,
    codecs: trunk?.codecs ?? options.codecs,
    keepsOwnOrder: trunk !== undefined,
    callerSideAddress: trunk?.publicAddress,
    sessionId: newSessionId(),
    log,
  });
  const onFreeSwitch = (
    parts: ReturnType<typeof common>,
    { createUac }: Pick<CallSignalling, 'createUac'>,
    secured: { readonly srtp: LocalSrtp; readonly signalling: LegSecurity['signalling'] },
    mediaTimeoutMs: number,
  ): LegSound =>
    createFreeSwitchSound({
      ...parts,
      ...secured,
      choose: (tried) => pool.choose(tried),
      createUac,
      encryptsInside: ({ host }) => options.encryptsInside?.(host) ?? false,
      promptsPath: options.promptsPath,
      mediaTimeoutMs,
      qualityWindowMs: options.qualityWindowMs ?? defaultQualityWindowMs,
      clock: options.clock,
    });

  return {
    forCaller: ({ legId, dialled, source }, offer, trunk, signalling, log) => {
      const parts = common(legId, trunk, log);
      const srtp = withPolicy(srtpPolicy);
      const secured = { srtp, signalling: source.transport };
      const isWorkersAlone =
        options.takesDtls === true &&
        offer !== undefined &&
        needsHandshake(offer, { codecs: parts.codecs, srtp });
      if (options.isDirect?.(dialled) !== true && !isWorkersAlone) {
        return onFreeSwitch(parts, signalling, secured, options.mediaTimeoutMs);
      }
      const publicAddress = trunk?.publicAddress ?? options.publicAddress ?? mediaAddress;
      return createDirectSound({ ...parts, ...secured, publicAddress });
    },
    forCallee: ({ legId, transport, trunk, ringLimitMs, demandsSrtp }, signalling, log) => {
      // What is allowed is offered over TLS alone: elsewhere the keys would be no secret.
      const isPlain = srtpPolicy === 'allow' && transport !== 'tls';
      const offered = demandsSrtp ? 'require' : srtpPolicy;
      const srtp = withPolicy(isPlain ? 'off' : offered);
      // While it rings, nothing is heard of the one called.
      const mediaTimeoutMs = options.mediaTimeoutMs + ringLimitMs;
      const secured = { srtp, signalling: transport };
      return onFreeSwitch(common(legId, trunk, log), signalling, secured, mediaTimeoutMs);
    },
  };
};
