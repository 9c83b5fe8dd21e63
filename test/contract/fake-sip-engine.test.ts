import { createFakeSipEngine } from '../support/fake-sip-engine.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { sipEngineContract } from './sip-engine.contract.ts';

const stepMs = 10;

sipEngineContract(
  'the fake engine',
  async () => {
    const clock = createManualClock();
    const engine = createFakeSipEngine(clock);
    let callees = 0;
    return {
      engine,
      place({ user, from, offer, loseAck }) {
        const caller = engine.call({
          user,
          from,
          loseAck,
          codec: offer === 'unknown-codec' ? 'none' : 'PCMA',
          sound: { levelDbfs: undefined, clippedPct: 0, echo: 0, lossPct: 0, jitterMs: 0 },
        });
        return {
          get statuses() {
            return caller.statuses;
          },
          get over() {
            return caller.ended !== undefined;
          },
          press(digits) {
            caller.press(digits);
          },
          hold() {
            caller.hold();
          },
          resume() {
            caller.resume();
          },
          cancel() {
            caller.cancel();
          },
          hangUp() {
            caller.hangUp();
          },
          lineBreaks() {
            caller.fall('line-dropped');
          },
        };
      },
      receive(behaviour) {
        const to = `sip:callee-${(callees += 1)}@fake.invalid`;
        const callee = engine.expect(to, behaviour === 'redirects' ? 'declines' : behaviour);
        return {
          to,
          get called() {
            return callee.request !== undefined;
          },
          get shown() {
            return callee.request?.callerNumber;
          },
          get over() {
            return callee.over;
          },
          press(digits) {
            callee.caller?.press(digits);
          },
          hangUp() {
            callee.caller?.hangUp();
          },
        };
      },
      async until(done, withinMs) {
        for (let waitedMs = 0; waitedMs < withinMs && !done(); waitedMs += stepMs)
          await clock.advance(stepMs);
      },
      close: async () => undefined,
    };
  },
  { losesAck: true, joinsRooms: true, dials: true },
);
