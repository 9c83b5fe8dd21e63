/**
 * What every SIP engine promises (`SipEngine` and `CallLeg` in src/call/ports/sip-engine.ts), as one suite.
 * An implementation brings a harness: its engine, and callers who dial in to it the way it is
 * dialled in to (a script for the fake, a SIP user agent for the others).
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asLegId } from '../../src/call/identifiers.ts';
import type {
  CallLeg,
  DialOutcome,
  DialRequest,
  LegEvent,
  SipEngine,
  Sound,
  SoundReport,
  Utterance,
} from '../../src/call/ports/sip-engine.ts';

export interface ContractCallOptions {
  readonly user: string;
  readonly from: string;
  /** 'late': no SDP in the INVITE; 'unknown-codec': none that we speak. */
  readonly offer: 'PCMA' | 'late' | 'unknown-codec';
  /** The caller never sends its ACK. */
  readonly loseAck: boolean;
}

export interface ContractCaller {
  /** Answers to the INVITE that the caller saw, 100 left out, retransmissions once. */
  readonly statuses: readonly number[];
  /** Whether the call is over for the caller. */
  readonly over: boolean;
  press(digits: string): void;
  hold(): void;
  resume(): void;
  cancel(): void;
  hangUp(): void;
  /** The network ends the call, with a BYE that says so. RFC 3326 */
  lineBreaks(): void;
}

/** What somebody does whom we call; `unfit`: answers with a codec that was not offered. */
export type ContractBehaviour = 'answers' | 'rings' | 'busy' | 'declines' | 'redirects' | 'unfit';

export interface ContractCallee {
  /** For `DialRequest.to`, without a trunk. */
  readonly to: string;
  /** It was sent an INVITE. */
  readonly called: boolean;
  /** The number that the INVITE showed; undefined where withheld. */
  readonly shown: string | undefined;
  /** The call is over for it: hung up, cancelled or refused. */
  readonly over: boolean;
  press(digits: string): void;
  hangUp(): void;
}

export interface SipEngineHarness {
  /** Not started. */
  readonly engine: SipEngine;
  /** Only after the engine's `start`. */
  place(options: ContractCallOptions): ContractCaller;
  /** Somebody whom the engine can call. Only where `dials`. */
  receive?(behaviour: ContractBehaviour): ContractCallee;
  /** Lets time pass until `done` says so, or `withinMs` are over. */
  until(done: () => boolean, withinMs: number): Promise<void>;
  /** Frees what the harness opened; the engine is closed by the suite. */
  close(): Promise<void>;
}

export interface SipEngineCapabilities {
  /** The harness can drop the ACK. */
  readonly losesAck: boolean;
  /** Legs can join a room. */
  readonly joinsRooms: boolean;
  /** The engine calls out. */
  readonly dials?: boolean;
}

const tone = { kind: 'tone', hz: 440, ms: 60, levelDbm0: -20 } as const;
/** A tenth of a second of a square wave. */
const made = { kind: 'made', pcm: new SharedArrayBuffer(1_600), rateHz: 8_000 } as const;
new Int16Array(made.pcm).forEach((_, i, pcm) => (pcm[i] = i % 20 < 10 ? 3_000 : -3_000));
const utterance = (utteranceId: number, sound: Sound = tone): Utterance => ({
  utteranceId,
  phrases: [],
  sounds: [sound],
});

interface Placed {
  readonly caller: ContractCaller;
  readonly leg: CallLeg;
  readonly events: readonly LegEvent[];
  has(type: LegEvent['type']): boolean;
}

/** Runs the contract against one implementation. */
export function sipEngineContract(
  name: string,
  createHarness: () => Promise<SipEngineHarness>,
  capabilities: SipEngineCapabilities,
): void {
  describe(`${name} keeps the contract of a SIP engine`, () => {
    let harness: SipEngineHarness;
    let arrived: CallLeg[];

    beforeEach(async () => {
      harness = await createHarness();
      arrived = [];
      await harness.engine.start((leg) => arrived.push(leg));
    });
    afterEach(async () => {
      await harness.engine.close();
      await harness.close();
    });

    const until = async (done: () => boolean, withinMs = 5_000): Promise<void> => {
      await harness.until(done, withinMs);
      expect(done()).toBe(true);
    };
    /** Long enough for something wrong to show. */
    const aWhile = (): Promise<void> => harness.until(() => false, 300);

    const place = async (options: Partial<ContractCallOptions> = {}): Promise<Placed> => {
      const before = arrived.length;
      const caller = harness.place({
        user: '+46480445511',
        from: '+46701234567',
        offer: 'PCMA',
        loseAck: false,
        ...options,
      });
      await until(() => arrived.length > before);
      const leg = arrived[before]!;
      const events: LegEvent[] = [];
      leg.onEvent((event) => events.push(event));
      return { caller, leg, events, has: (type) => events.some((event) => event.type === type) };
    };
    const answered = async (options: Partial<ContractCallOptions> = {}): Promise<Placed> => {
      const call = await place(options);
      expect(await call.leg.answer()).toMatchObject({ outcome: 'answered' });
      await until(() => call.has('confirmed'));
      return call;
    };
    const endsOf = (call: Placed): readonly LegEvent[] =>
      call.events.filter(({ type }) => type === 'ended');

    describe('before the answer', () => {
      test('a call is handed over with who calls whom, and is not answered by that', async () => {
        const { leg, caller } = await place();
        expect(leg.invitation.callerNumber).toBe('+46701234567');
        expect(leg.invitation.dialled.user).toBe('+46480445511');
        expect(leg.invitation.legId).not.toBe('');
        await aWhile();
        expect(caller.statuses.filter((status) => status >= 200)).toEqual([]);
      });

      test('ringing is heard once, however often it is asked for', async () => {
        const { leg, caller } = await place();
        leg.ring();
        leg.ring();
        await until(() => caller.statuses.includes(180));
        expect(caller.statuses.every((status) => status === 180)).toBe(true);
      });

      test('a refusal reaches the caller and ends the leg', async () => {
        const call = await place();
        call.leg.refuse(404);
        await until(() => call.caller.over && call.has('ended'));
        expect(call.caller.statuses.at(-1)).toBe(404);
        expect(endsOf(call)).toEqual([{ type: 'ended', cause: { by: 'gateway', how: 'refused' } }]);
      });

      test('hanging up is a final refusal', async () => {
        const call = await place();
        call.leg.hangUp();
        await until(() => call.caller.over && call.has('ended'));
        expect(call.caller.statuses.at(-1)).toBeGreaterThanOrEqual(400);
        expect(endsOf(call)).toMatchObject([{ cause: { by: 'gateway' } }]);
      });

      test('an offer without a common codec is refused with 488 by the answer', async () => {
        const call = await place({ offer: 'unknown-codec' });
        expect(await call.leg.answer()).toEqual({ outcome: 'refused', sipStatus: 488 });
        await until(() => call.caller.over && call.has('ended'));
        expect(call.caller.statuses.at(-1)).toBe(488);
      });

      test('CANCEL ends the leg, and an answer after it finds nobody', async () => {
        const call = await place();
        call.leg.ring();
        await until(() => call.caller.statuses.includes(180));
        call.caller.cancel();
        await until(() => call.has('ended'));
        expect(endsOf(call)).toEqual([{ type: 'ended', cause: { by: 'caller', how: 'cancel' } }]);
        expect(await call.leg.answer()).toEqual({ outcome: 'gone' });
      });
    });

    describe('the answer', () => {
      test('is 200, and the ACK confirms it once', async () => {
        const call = await answered();
        expect(call.caller.statuses.at(-1)).toBe(200);
        await aWhile();
        expect(call.events.filter(({ type }) => type === 'confirmed')).toHaveLength(1);
      });

      test('takes a late offer', async () => {
        const call = await answered({ offer: 'late' });
        expect(call.has('ended')).toBe(false);
      });

      test.skipIf(!capabilities.losesAck)('without ACK the call is given up', async () => {
        const call = await place({ loseAck: true });
        await call.leg.answer();
        await until(() => call.has('ended'), 40_000);
        expect(call.has('confirmed')).toBe(false);
        expect(endsOf(call)).toEqual([{ type: 'ended', cause: { by: 'network', how: 'no-ack' } }]);
      });
    });

    describe('sound and keys', () => {
      test('each key is told once, in order', async () => {
        const call = await answered();
        call.caller.press('1905*#');
        await until(() => call.events.filter(({ type }) => type === 'digit').length >= 6);
        await aWhile();
        expect(
          call.events.flatMap((event) => (event.type === 'digit' ? [event.digit] : [])).join(''),
        ).toBe('1905*#');
      });

      test('an utterance that is heard to its end is told of', async () => {
        const call = await answered();
        call.leg.play(utterance(7));
        await until(() => call.has('played'));
        expect(call.events.filter(({ type }) => type === 'played')).toEqual([
          { type: 'played', utteranceId: 7 },
        ]);
      });

      test('one of speech that was made is told of as well', async () => {
        const call = await answered();
        call.leg.play(utterance(8, made));
        await until(() => call.has('played'));
        expect(call.has('ended')).toBe(false);
      });

      test('one that is replaced or stopped is not', async () => {
        const call = await answered();
        call.leg.play(utterance(1, { ...tone, ms: 10_000 }));
        call.leg.play(utterance(2));
        await until(() => call.has('played'));
        call.leg.play(utterance(3));
        call.leg.stopPlaying();
        await aWhile();
        expect(call.events.filter(({ type }) => type === 'played')).toEqual([
          { type: 'played', utteranceId: 2 },
        ]);
      });

      test('hold and resume are told of, and the call goes on', async () => {
        const call = await answered();
        call.caller.hold();
        await until(() => call.has('held'));
        call.caller.resume();
        await until(() => call.has('resumed'));
        expect(call.has('ended')).toBe(false);
      });
    });

    describe('a test of the sound', () => {
      test('listens, plays back and says what was heard; the call goes on', async () => {
        const call = await answered();
        let report: SoundReport | undefined;
        void call.leg.testSound?.(200).then((came) => (report = came));
        await until(() => report !== undefined, 10_000);
        expect(report!.echo).toBeGreaterThanOrEqual(0);
        expect(report!.lossPct).toBeGreaterThanOrEqual(0);
        expect(report!.jitterMs).toBeGreaterThanOrEqual(0);
        call.leg.play(utterance(4));
        await until(() => call.has('played'));
        expect(call.has('room-left')).toBe(false);
      });

      test('has no report where the caller hangs up meanwhile', async () => {
        const call = await answered();
        let outcome: { readonly report: SoundReport | undefined } | undefined;
        void call.leg.testSound?.(60_000).then((report) => (outcome = { report }));
        await aWhile();
        call.caller.hangUp();
        await until(() => outcome !== undefined);
        expect(outcome).toEqual({ report: undefined });
      });
    });

    test.skipIf(!capabilities.joinsRooms)('a leg joins a room and leaves it', async () => {
      const call = await answered();
      const target = {
        room: 'contract' as never,
        identity: 'contract',
        name: 'Phone 1',
        attributes: {},
        muted: true,
      };
      const joining = call.leg.join(target);
      await until(() => call.has('room-audience'));
      expect(await joining).toEqual({ joined: true });
      call.leg.setMuted(false);
      await call.leg.leaveRoom();
      expect(call.has('ended')).toBe(false);
    });

    test.skipIf(!capabilities.joinsRooms)(
      'a leg in a room joins another one: it is not told that it left, and goes on',
      async () => {
        const call = await answered();
        const target = (room: string, sendsKeys: boolean) => ({
          room: room as never,
          identity: 'contract-mover',
          name: 'Phone 1',
          attributes: {},
          muted: true,
          sendsKeys,
        });
        const audiences = () => call.events.filter(({ type }) => type === 'room-audience').length;
        for (const [at, room] of ['contract-from', 'contract-to'].entries()) {
          const joining = call.leg.join(target(room, at > 0));
          await until(() => audiences() > at);
          expect(await joining).toEqual({ joined: true });
        }
        call.leg.sendKey('5');
        call.leg.play(utterance(9, made));
        await until(() =>
          call.events.some((event) => event.type === 'played' && event.utteranceId === 9),
        );
        expect(call.has('room-left')).toBe(false);
        // Asked for just before it leaves, and heard all the same.
        call.leg.play(utterance(10));
        void call.leg.leaveRoom();
        await until(() =>
          call.events.some((event) => event.type === 'played' && event.utteranceId === 10),
        );
        call.leg.play(utterance(11));
        await until(() =>
          call.events.some((event) => event.type === 'played' && event.utteranceId === 11),
        );
        expect(call.has('ended')).toBe(false);
      },
    );

    describe.skipIf(capabilities.dials !== true)('a call of ours', () => {
      const dial = (behaviour: ContractBehaviour, options: Partial<DialRequest> = {}) => {
        const callee = harness.receive!(behaviour);
        const taking = new AbortController();
        let outcome: DialOutcome | undefined;
        const request: DialRequest = {
          legId: asLegId('dialled'),
          trunk: undefined,
          to: callee.to,
          callerNumber: '+46480445511',
          ringLimitMs: 2_000,
          ...options,
        };
        void harness.engine.dial!(request, taking.signal).then((came) => (outcome = came));
        return {
          callee,
          takeBack: () => {
            taking.abort();
          },
          outcome: async (): Promise<DialOutcome> => {
            await until(() => outcome !== undefined, 10_000);
            return outcome!;
          },
        };
      };
      const talk = async (options: Partial<DialRequest> = {}): Promise<Placed> => {
        const { callee, outcome } = dial('answers', options);
        const came = await outcome();
        if (came.outcome !== 'answered') throw new Error(`not answered: ${came.how}`);
        const events: LegEvent[] = [];
        came.leg.onEvent((event) => events.push(event));
        const caller = { statuses: [], hold() {}, resume() {}, cancel() {}, lineBreaks() {} };
        return {
          caller: {
            ...caller,
            get over() {
              return callee.over;
            },
            press: callee.press.bind(callee),
            hangUp: callee.hangUp.bind(callee),
          },
          leg: came.leg,
          events,
          has: (type) => events.some((event) => event.type === type),
        };
      };
      const nothingLeft = (): Promise<void> =>
        until(() => Object.values(harness.engine.gauges()).every((n) => n === 0), 60_000);

      test('that is answered is a leg, confirmed before anybody listened', async () => {
        const call = await talk();
        await until(() => call.has('confirmed'));
        expect(call.events[0]).toEqual({ type: 'confirmed' });
        expect(call.leg.invitation.legId).toBe('dialled');
        expect(call.leg.invitation.callerNumber).toBe('+46480445511');
        expect(await call.leg.answer()).toMatchObject({ outcome: 'answered' });
        call.leg.ring();
        call.leg.refuse(486);
        await aWhile();
        expect(call.caller.over).toBe(false);
      });

      test('shows the number that it is to show, or none', async () => {
        const open = dial('answers');
        await open.outcome();
        expect(open.callee.shown).toBe('+46480445511');
        const withheld = dial('answers', { callerNumber: undefined });
        await withheld.outcome();
        expect(withheld.callee.shown).toBeUndefined();
      });

      test('has sound and keys as any other', async () => {
        const call = await talk();
        call.leg.play(utterance(7));
        await until(() => call.has('played'));
        call.caller.press('1');
        await until(() => call.has('digit'));
        expect(call.events.filter(({ type }) => type === 'digit')).toHaveLength(1);
      });

      test.each([
        ['busy', 'busy'],
        ['declines', 'rejected'],
        ['redirects', 'rejected'],
        ['unfit', 'rejected'],
      ] as const)('to somebody who %s fails as %s and leaves nothing', async (behaviour, how) => {
        const { outcome, callee } = dial(behaviour);
        expect(await outcome()).toMatchObject({ outcome: 'failed', how });
        await until(() => callee.over);
        await nothingLeft();
      });

      test('that nobody answers is taken back at the ring limit', async () => {
        const { outcome, callee } = dial('rings');
        expect(await outcome()).toMatchObject({ outcome: 'failed', how: 'no-answer' });
        await until(() => callee.over);
        await nothingLeft();
      });

      test('that is taken back while it rings is cancelled', async () => {
        const { outcome, callee, takeBack } = dial('rings', { ringLimitMs: 60_000 });
        await until(() => callee.called);
        await aWhile();
        takeBack();
        expect(await outcome()).toMatchObject({ outcome: 'failed', how: 'cancelled' });
        await until(() => callee.over);
        await nothingLeft();
      });

      test('that is taken back before it began reaches nobody', async () => {
        const { outcome, callee, takeBack } = dial('rings');
        takeBack();
        expect(await outcome()).toMatchObject({ outcome: 'failed', how: 'cancelled' });
        await until(() => callee.over || !callee.called);
        await nothingLeft();
      });

      test('through a trunk that is not there fails as unreachable', async () => {
        const { outcome } = dial('answers', { trunk: 'nobody', to: '+46701234567' });
        expect(await outcome()).toMatchObject({ outcome: 'failed', how: 'unreachable' });
      });

      test('ends once, whoever hangs up', async () => {
        const first = await talk();
        first.caller.hangUp();
        await until(() => first.has('ended'));
        expect(endsOf(first)).toEqual([{ type: 'ended', cause: { by: 'caller', how: 'bye' } }]);
        const second = await talk();
        second.leg.hangUp();
        second.leg.hangUp();
        await until(() => second.caller.over && second.has('ended'));
        expect(endsOf(second)).toEqual([{ type: 'ended', cause: { by: 'gateway', how: 'bye' } }]);
        await nothingLeft();
      });
    });

    describe('the end', () => {
      test('the caller hangs up', async () => {
        const call = await answered();
        call.caller.hangUp();
        await until(() => call.has('ended'));
        expect(endsOf(call)).toEqual([{ type: 'ended', cause: { by: 'caller', how: 'bye' } }]);
      });

      test('the line breaks: nobody hung up', async () => {
        const call = await answered();
        call.caller.lineBreaks();
        await until(() => call.has('ended'));
        expect(endsOf(call)).toEqual([
          { type: 'ended', cause: { by: 'network', how: 'line-dropped' } },
        ]);
      });

      test('we hang up, twice is once', async () => {
        const call = await answered();
        call.leg.hangUp();
        call.leg.hangUp();
        await until(() => call.caller.over && call.has('ended'));
        await aWhile();
        expect(endsOf(call)).toEqual([{ type: 'ended', cause: { by: 'gateway', how: 'bye' } }]);
      });

      test('after it nothing is told, nothing throws, and the figures can be had', async () => {
        const call = await answered();
        call.caller.hangUp();
        await until(() => call.has('ended'));
        const told = call.events.length;
        call.leg.ring();
        call.leg.play(utterance(1));
        call.leg.stopPlaying();
        call.leg.setMuted(true);
        call.leg.setVolumeDb(3);
        call.leg.sendKey('5');
        call.leg.refuse(500);
        call.leg.hangUp();
        await call.leg.leaveRoom();
        expect((await call.leg.quality()).up.lossPct).toBeGreaterThanOrEqual(0);
        await aWhile();
        expect(call.events).toHaveLength(told);
      });

      test('a listener that throws harms no call', async () => {
        const broken = await answered();
        broken.leg.onEvent(() => {
          throw new Error('a bug in the core');
        });
        broken.caller.press('1');
        await aWhile();
        const events: LegEvent[] = [];
        broken.leg.onEvent((event) => events.push(event));
        broken.caller.press('2');
        await until(() => events.some(({ type }) => type === 'digit'));
        expect((await answered()).has('ended')).toBe(false);
      });

      test('the gauges are back at zero when all calls are over', async () => {
        const calls = [await answered(), await answered(), await place()];
        for (const call of calls) call.leg.hangUp();
        await until(() => Object.values(harness.engine.gauges()).every((n) => n === 0), 60_000);
      });

      test('closing the engine is idempotent', async () => {
        await answered();
        await harness.engine.close();
        await harness.engine.close();
      });
    });
  });
}
