/** Who holds the sound of a call: FreeSWITCH, or for calls that go straight in the media worker alone. */
import { randomBytes, randomInt } from 'node:crypto';
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { CallInvitation, LegSecurity } from '../../call/ports/sip-engine.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import type { FloorDoors } from '../bfcp/floor-doors.ts';
import { createSecondStream } from '../leg/second-stream.ts';
import type { LocalSrtp, SrtpPolicy } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { offersVideo } from '../message/sdp-video.ts';
import { isBeyondFreeSwitch } from './beyond-freeswitch.ts';
import { createDirectSound } from './direct-sound.ts';
import type { CallSignalling } from './drachtio-connection.ts';
import type { FreeSwitchPool } from './freeswitch-pool.ts';
import { createFreeSwitchSound } from './freeswitch-sound.ts';
import type { LegSound } from './leg-sound.ts';

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
  /** So are those whose sound FreeSWITCH cannot encrypt; else it is not encrypted, or 488 [no]. */
  readonly encryptsBeyond?: boolean;
  /** So are those with pictures, which the worker alone has; otherwise they get sound [no]. */
  readonly video?: boolean;
  /** Where devices speak of their slides; whoever opened them closes them [nowhere]. */
  readonly floorDoors?: FloorDoors | undefined;
}

export interface LegSounds {
  forCaller(
    invitation: CallInvitation,
    /** Its offer, and whether it has pictures, whatever it offers. */
    device: { readonly offer: string | undefined; readonly isVideoSystem: boolean },
    trunk: Trunk | undefined,
    signalling: Pick<CallSignalling, 'createUac'>,
    log: Logger,
  ): LegSound;
  /** For a call of ours. */
  forCallee(
    callee: {
      readonly legId: LegId;
      readonly transport: LegSecurity['signalling'];
      readonly remoteAddress: string;
      readonly trunk: Trunk | undefined;
      readonly ringLimitMs: number;
      readonly demandsSrtp: boolean;
      /** A device with a screen: it is offered pictures. */
      readonly isRoomSystem: boolean;
    },
    signalling: Pick<CallSignalling, 'createUac'>,
    log: Logger,
  ): LegSound;
}

const defaultQualityWindowMs = 10_000;

/**
 * FreeSWITCH need not have the others. A-law first where none is left: it is what Sweden and Denmark
 * speak.
 */
const forFreeSwitch = (codecs: readonly AudioCodec[]): readonly AudioCodec[] => {
  const common = codecs.filter((codec) => codec === 'PCMA' || codec === 'PCMU');
  return common.length > 0 ? common : ['PCMA', 'PCMU'];
};

interface Secured {
  readonly srtp: LocalSrtp;
  readonly signalling: LegSecurity['signalling'];
}
/** Of a call that is the worker's alone. */
interface OtherSide {
  readonly trunk: Trunk | undefined;
  /** Where its signalling comes from, or goes. */
  readonly remoteAddress: string;
  readonly isVideoSystem: boolean;
}

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
    secured: Secured,
    mediaTimeoutMs: number,
  ): LegSound =>
    createFreeSwitchSound({
      ...parts,
      codecs: forFreeSwitch(parts.codecs),
      ...secured,
      choose: (tried) => pool.choose(tried),
      createUac,
      encryptsInside: ({ host }) => options.encryptsInside?.(host) ?? false,
      promptsPath: options.promptsPath,
      mediaTimeoutMs,
      qualityWindowMs: options.qualityWindowMs ?? defaultQualityWindowMs,
      clock: options.clock,
    });

  /** What is allowed we offer over TLS alone: elsewhere the keys would be no secret. */
  const policyOfOffers = (transport: LegSecurity['signalling']): SrtpPolicy =>
    srtpPolicy === 'allow' && transport !== 'tls' ? 'off' : srtpPolicy;

  const onWorker = (
    parts: ReturnType<typeof common>,
    secured: Secured,
    { trunk, remoteAddress, isVideoSystem }: OtherSide,
  ): LegSound => {
    const publicAddress = trunk?.publicAddress ?? options.publicAddress ?? mediaAddress;
    const { video = false, floorDoors: doors, clock } = options;
    const secondStream =
      doors && createSecondStream({ doors, localAddress: mediaAddress, remoteAddress, clock });
    const pictures = { video, isVideoSystem, secondStream };
    return createDirectSound({ ...parts, ...secured, ...pictures, publicAddress });
  };
  const isWorkersAlone = (
    offer: string | undefined,
    { codecs }: ReturnType<typeof common>,
    { srtp }: Secured,
  ): boolean =>
    (options.video === true && offer !== undefined && offersVideo(offer)) ||
    (options.encryptsBeyond === true && isBeyondFreeSwitch(offer, { codecs, srtp }));

  return {
    forCaller: ({ legId, dialled, source }, { offer, isVideoSystem }, trunk, signalling, log) => {
      const parts = common(legId, trunk, log);
      const policy = offer === undefined ? policyOfOffers(source.transport) : srtpPolicy;
      const secured = { srtp: withPolicy(policy), signalling: source.transport };
      const hasPictures = isVideoSystem && options.video === true;
      return options.isDirect?.(dialled) === true ||
        hasPictures ||
        isWorkersAlone(offer, parts, secured)
        ? onWorker(parts, secured, { trunk, isVideoSystem, remoteAddress: source.address })
        : onFreeSwitch(parts, signalling, secured, options.mediaTimeoutMs);
    },
    forCallee: (callee, signalling, log) => {
      const { legId, transport, remoteAddress, trunk, ringLimitMs, demandsSrtp } = callee;
      const parts = common(legId, trunk, log);
      const policy = demandsSrtp ? 'require' : policyOfOffers(transport);
      const secured = { srtp: withPolicy(policy), signalling: transport };
      const hasPictures = callee.isRoomSystem && options.video === true;
      if (hasPictures || isWorkersAlone(undefined, parts, secured))
        return onWorker(parts, secured, { trunk, remoteAddress, isVideoSystem: hasPictures });
      // While it rings, nothing is heard of the one called.
      const mediaTimeoutMs = options.mediaTimeoutMs + ringLimitMs;
      return onFreeSwitch(parts, signalling, secured, mediaTimeoutMs);
    },
  };
};
