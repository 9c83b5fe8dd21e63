/** What one trunk has us send by ourselves: its registration, keep-alives and OPTIONS pings. */
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { TrunkStatus } from '../../call/ports/sip-engine.ts';
import type { Trunk, TrunkRegistration } from '../../trunk/trunk.ts';
import type { Tokens } from '../dialog/tokens.ts';
import type { SipUri } from '../message/sip-message.ts';
import { formatUri, parseUri } from '../message/sip-uri.ts';
import { createAlarm } from '../transaction/alarm.ts';
import { hostText } from '../transaction/flow.ts';
import type { Destination, OutsideAgent } from './outside-request.ts';
import { createPeerWatch } from './peer-watch.ts';
import {
  createRegistrationMachine,
  type RegistrationInput,
  type RegistrationOutput,
  type RegistrationStatus,
} from './registration-machine.ts';
import type { TargetResolver } from './target-resolver.ts';

export interface TrunkLink {
  readonly trunk: Trunk;
  /** Where its registrar was found to be. */
  readonly registrarAddresses: ReadonlySet<string>;
  /** Its servers, in the order in which they are tried: the one that has our registration, or the peer's. */
  destinations(): Promise<readonly Destination[]>;
  status(): TrunkStatus;
  /** Takes the registration back. Idempotent, never rejects, done after 2 s at the latest. */
  close(): Promise<void>;
}

export interface TrunkLinkDeps {
  readonly userAgent: OutsideAgent;
  readonly resolver: TargetResolver;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Registration {
  readonly addresses: ReadonlySet<string>;
  readonly status: RegistrationStatus | undefined;
  stop(): Promise<void>;
}

/** The settings hold URIs of known form; what is none any more leads nowhere. */
const nowhere: SipUri = {
  scheme: 'sip',
  user: undefined,
  password: undefined,
  host: 'invalid',
  port: undefined,
  params: new Map(),
  headers: new Map(),
  opaque: undefined,
};

/** @param after registers only then: an earlier link takes the same binding back first */
export const createTrunkLink = (
  trunk: Trunk,
  deps: TrunkLinkDeps,
  after?: Promise<void>,
): TrunkLink => {
  const { clock } = deps;
  const log = deps.log.child({ trunk: trunk.name });
  const { keepAlive, registration: settings } = trunk;
  const registration = settings && register(settings, { ...deps, log }, after);
  const watch = keepAlive?.kind === 'options' ? createPeerWatch() : undefined;
  const pings = { sipCallId: deps.tokens.token(), cseq: 0 };
  let cancelTick: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const peer = parseUri(trunk.peer ?? settings?.registrar ?? '') ?? nowhere;

  const destinations = async (): Promise<readonly Destination[]> => {
    const bound = registration?.status;
    if (trunk.peer === undefined && bound?.state === 'registered') return [bound.target];
    return peer === nowhere ? [] : deps.resolver.resolve(peer);
  };

  const onPing = (sipStatus: number | undefined): void => {
    if (watch?.answered(sipStatus) !== true || closing) return;
    if (watch.state === 'down') log.warn({ sipStatus }, 'trunk does not answer OPTIONS');
    else log.info({}, 'trunk answers OPTIONS');
  };

  const ping = (to: Destination): void => {
    pings.cseq += 1;
    const host = hostText(peer.host);
    deps.userAgent.request(
      {
        method: 'OPTIONS',
        requestUri: formatUri({ ...peer, params: new Map() }),
        destination: to,
        from: `<sip:ringbro@${host}>`,
        to: `<sip:${host}>`,
        sipCallId: pings.sipCallId,
        cseq: pings.cseq,
        contactUser: 'ringbro',
      },
      (response) => {
        onPing(response?.status);
      },
    );
  };

  const beat = async (): Promise<void> => {
    const [to] = await destinations();
    if (closing) return;
    if (to === undefined) onPing(undefined);
    else if (watch === undefined) deps.userAgent.keepAlive(to);
    else ping(to);
  };

  const tick = (everyMs: number): void => {
    void beat();
    cancelTick = clock.at(clock.now() + everyMs, () => {
      tick(everyMs);
    });
  };
  if (keepAlive !== undefined) tick(keepAlive.everyS * 1000);

  return {
    trunk,
    get registrarAddresses() {
      return registration?.addresses ?? new Set<string>();
    },
    destinations,
    status: () => ({
      name: trunk.name,
      registered: registration && registration.status?.state === 'registered',
      peer: watch?.state,
    }),
    close: () => {
      cancelTick?.();
      closing ??= registration?.stop() ?? Promise.resolve();
      return closing;
    },
  };
};

/** Runs the machine of one registration. */
const register = (
  settings: TrunkRegistration,
  deps: TrunkLinkDeps,
  after: Promise<void> | undefined,
): Registration => {
  const { userAgent, resolver, tokens, clock, log } = deps;
  const registrar = parseUri(settings.registrar) ?? nowhere;
  const account = `<${registrar.scheme}:${settings.account}@${hostText(registrar.host)}>`;
  const sipCallId = tokens.token();
  const stopped = Promise.withResolvers<undefined>();
  const machine = createRegistrationMachine({
    contactUser: settings.contactUser,
    expiresS: settings.expiresS,
    fraction: () => tokens.below(2 ** 31) / 2 ** 31,
  });
  const alarm = createAlarm(clock, () => {
    feed({ type: 'time' });
  });
  let addresses: ReadonlySet<string> = new Set();
  let status: RegistrationStatus | undefined;

  const feed = (input: RegistrationInput): void => {
    for (const output of machine.handle(clock.now(), input)) act(output);
    alarm.set(machine.nextTimeoutAt());
  };

  const act = (output: RegistrationOutput): void => {
    switch (output.type) {
      case 'resolve':
        void resolver.resolve(registrar).then((targets) => {
          if (targets.length > 0) addresses = new Set(targets.map(({ address }) => address));
          feed({ type: 'targets', targets });
        });
        break;
      case 'register':
        send(output);
        break;
      case 'status':
        if (output.status.state !== status?.state) report(output.status);
        status = output.status;
        break;
      case 'stopped':
        stopped.resolve(undefined);
        break;
    }
  };

  const report = (now: RegistrationStatus): void => {
    if (now.state === 'registered') log.info({}, 'trunk registered');
    else log.warn({ sipStatus: now.sipStatus }, 'trunk is not registered');
  };

  const send = (output: Extract<RegistrationOutput, { type: 'register' }>): void => {
    const { target, cseq, expiresS, answering } = output;
    const { user, password } = settings;
    userAgent.request(
      {
        method: 'REGISTER',
        requestUri: formatUri({ ...registrar, params: new Map() }),
        destination: target,
        from: account,
        to: account,
        sipCallId,
        cseq,
        contactUser: settings.contactUser,
        headers: [{ name: 'Expires', value: String(expiresS) }],
        answering: answering && { challenge: answering, credentials: { user, password } },
      },
      (response) => {
        feed({ type: 'response', cseq, response });
      },
    );
  };

  const start = (): void => {
    feed({ type: 'start' });
  };
  if (after === undefined) start();
  else void after.then(start);
  return {
    get addresses() {
      return addresses;
    },
    get status() {
      return status;
    },
    stop: () => {
      feed({ type: 'stop' });
      return stopped.promise;
    },
  };
};
