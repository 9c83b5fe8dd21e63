import { expect, test } from 'vitest';
import { detailsOf } from '../../src/call/call-details.ts';
import { createCallMachine } from '../../src/call/call-machine.ts';
import { defaultCallSettings } from '../../src/call/call-settings.ts';
import type { CallInput } from '../../src/call/call-messages.ts';

const machine = (...inputs: readonly CallInput[]) => {
  const made = createCallMachine({
    route: { kind: 'ivr', language: 'sv' },
    settings: defaultCallSettings,
    surroundings: {
      guessesExceeded: () => false,
      hostPresent: () => false,
      companions: () => 0,
      extraPeople: () => 0,
      waitingCallers: () => [],
      phonesIn: () => [],
      asideCompanions: () => 0,
      phonesMuted: () => false,
      mustKnock: () => false,
    },
  });
  for (const input of [{ type: 'start' }, { type: 'journal-begun' }, ...inputs] as const) {
    made.handle(0, input);
  }
  return detailsOf(made.facts());
};
const sound = { codec: 'PCMA', encrypted: false };

test('a room that was answered with pictures is a video room, before any meeting is known', () => {
  expect(machine({ type: 'answered', media: { ...sound, video: true } })).toEqual({ video: true });
});

test('a telephone says nothing of pictures', () => {
  expect(machine({ type: 'answered', media: sound })).toEqual({});
});

test('whose camera comes later is a video room from then on, also when the camera is off again', () => {
  const answered = { type: 'answered', media: sound } as const;
  const coming = { type: 'picture', state: 'coming' } as const;
  expect(machine(answered, coming)).toEqual({ video: true });
  expect(machine(answered, coming, { type: 'picture', state: 'gone' })).toEqual({ video: true });
  expect(machine(answered, { type: 'picture', state: 'gone' })).toEqual({});
});
