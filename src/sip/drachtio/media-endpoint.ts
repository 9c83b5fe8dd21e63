/** One channel of a FreeSWITCH: its SIP dialog and its event socket, as one thing that can be let go. */
import type { Clock } from '../../call/ports/process.ts';
import { parseVariables, receiverReport, type ReceiverReport } from './channel-quality.ts';
import type { EslEvent, FsmrfEndpoint, SrfDialog } from './drachtio-types.ts';
import { within } from './within.ts';

export interface EndpointKey {
  readonly digit: string;
  readonly heardInBand: boolean;
}

export interface MediaEndpoint {
  readonly uuid: string;
  /** Its answer, or its offer where it was given none. */
  readonly localSdp: string;
  /** Plays to the end; resolves with how many ms it took, undefined where the channel is gone. */
  playback(path: string): Promise<number | undefined>;
  /** Ends the playback that runs. One that comes too late ends the next, at its first frame. */
  breakPlayback(): void;
  /** Keys as tones: for callers who offer no telephone-event. */
  listenForTones(): void;
  /** Sound goes both ways between the two. False where one is gone. */
  bridge(other: MediaEndpoint): Promise<boolean>;
  unbridge(): Promise<void>;
  /** Re-INVITE; its answer, or the status that it refused with. */
  reoffer(sdp: string): Promise<{ readonly sdp: string } | { readonly sipStatus: number }>;
  /** Channel variables with the media's figures; empty where the channel is gone. */
  variables(): Promise<ReadonlyMap<string, string>>;
  /** How its sound comes to the other side, as that one's RTCP said last; undefined without reports. */
  readonly report: ReceiverReport | undefined;
  onKey(listener: (key: EndpointKey) => void): void;
  /** The channel ended, and not by `release`. FreeSWITCH's cause where it gave one. */
  onGone(listener: (cause: string | undefined) => void): void;
  /** Idempotent, never rejects; the channel and its dialog are gone when it resolves. */
  release(): Promise<void>;
}

export interface MediaEndpointDeps {
  readonly endpoint: FsmrfEndpoint;
  readonly dialog: SrfDialog;
  /** Resolves when the dialog is over, whoever ended it: with the Reason of its BYE. RFC 3326 */
  readonly dialogOver: Promise<string | undefined>;
  /** Resolves when its FreeSWITCH is gone: nobody is left to answer a BYE. */
  readonly serverLost: Promise<void>;
  /** Ends the channel by event socket: for when SIP cannot. */
  readonly kill: (uuid: string) => void;
  readonly clock: Clock;
  readonly onReleased: () => void;
}

const answerTimeoutMs = 2_000;
/** 64 * T1, RFC 3261 §17.1.2.2: a BYE has its answer or none by then. */
const byeTimeoutMs = 33_000;

export const sipStatusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;

export const createMediaEndpoint = (deps: MediaEndpointDeps): MediaEndpoint => {
  const { endpoint, dialog, clock } = deps;
  const gone = Promise.withResolvers<undefined>();
  let report: ReceiverReport | undefined;
  let isGone = false;
  let released: Promise<void> | undefined;
  let playing: { startedAt: number | undefined; isBroken: boolean } | undefined;
  let onKey: ((key: EndpointKey) => void) | undefined;
  let onGone: ((cause: string | undefined) => void) | undefined;

  const lose = (cause: string | undefined): void => {
    if (isGone) return;
    isGone = true;
    gone.resolve(undefined);
    if (released === undefined) onGone?.(cause);
  };
  endpoint.conn?.subscribe('RECV_RTCP_MESSAGE');
  endpoint.conn?.on(`esl::event::RECV_RTCP_MESSAGE::${endpoint.uuid}`, (event) => {
    report = receiverReport((name) => event.getHeader(name)) ?? report;
  });
  endpoint.on('destroy', (how) => {
    lose(how?.reason);
  });
  // It says the same over the event socket, a little later.
  void deps.dialogOver.then((reason) => {
    lose(/;text="([^"]+)"/.exec(reason ?? '')?.[1]);
  });
  endpoint.on('dtmf', ({ dtmf, source }) => {
    if (dtmf === undefined || isGone) return;
    onKey?.({ digit: dtmf.toUpperCase(), heardInBand: source === 'INBAND_AUDIO' });
  });

  /** The event that answers, or undefined where the channel went first. */
  const ask = (send: (done: (event: EslEvent) => void) => void): Promise<EslEvent | undefined> =>
    isGone ? Promise.resolve(undefined) : Promise.race([new Promise(send), gone.promise]);
  const api = (command: string, ...args: readonly string[]): Promise<EslEvent | undefined> =>
    within(
      clock,
      answerTimeoutMs,
      ask((done) => endpoint.conn?.api(command, args, done)),
    );
  const execute = (app: string, arg: string): Promise<EslEvent | undefined> =>
    ask((done) => endpoint.conn?.execute(app, arg, done));

  // `all` ends every sound of the playback, and throws away commands that have not begun: it is held
  // back until the playback has.
  const sendBreak = (): void => {
    void api('uuid_break', endpoint.uuid, 'all');
  };
  endpoint.conn?.on(`esl::event::CHANNEL_EXECUTE::${endpoint.uuid}`, (event) => {
    if (event.getHeader('Application') !== 'playback' || playing === undefined) return;
    playing.startedAt = clock.now();
    if (playing.isBroken) sendBreak();
  });

  const release = async (): Promise<void> => {
    const wasGone = isGone;
    isGone = true;
    gone.resolve(undefined);
    // BYE as drachtio carries it; where there is no drachtio any more, FreeSWITCH is told itself.
    const over = wasGone ? deps.dialogOver : dialog.destroy().then(() => undefined);
    if (wasGone) dialog.destroy().catch(() => undefined);
    over.catch(() => {
      deps.kill(endpoint.uuid);
    });
    await within(clock, byeTimeoutMs, Promise.race([over, deps.dialogOver, deps.serverLost]));
    deps.onReleased();
  };

  return {
    uuid: endpoint.uuid,
    localSdp: endpoint.local.sdp,
    playback: async (path) => {
      playing = { startedAt: undefined, isBroken: false };
      const done = await execute('playback', path);
      const { startedAt } = playing;
      playing = undefined;
      return done === undefined ? undefined : clock.now() - (startedAt ?? clock.now());
    },
    breakPlayback: () => {
      if (playing === undefined || playing.isBroken) return;
      playing.isBroken = true;
      if (playing.startedAt !== undefined) sendBreak();
    },
    listenForTones: () => {
      void execute('start_dtmf', '');
    },
    bridge: async (other) =>
      (await api('uuid_bridge', endpoint.uuid, other.uuid))?.getBody()?.startsWith('+OK') === true,
    unbridge: async () => {
      await api('uuid_transfer', endpoint.uuid, '-both', 'park', 'inline');
    },
    reoffer: async (sdp) => {
      try {
        const answered = await within(
          clock,
          byeTimeoutMs,
          Promise.race([dialog.modify(sdp), gone.promise]),
        );
        return answered === undefined ? { sipStatus: 500 } : { sdp: answered };
      } catch (error) {
        return { sipStatus: sipStatusOf(error) ?? 500 };
      }
    },
    variables: async () => {
      await api('uuid_set_media_stats', endpoint.uuid);
      return parseVariables((await api('uuid_dump', endpoint.uuid))?.getBody() ?? '');
    },
    get report() {
      return report;
    },
    onKey: (listener) => {
      onKey = listener;
    },
    onGone: (listener) => {
      onGone = listener;
    },
    release: () => (released ??= release()),
  };
};
