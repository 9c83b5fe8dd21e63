/** Whom a gateway speaks to when a telephone meets a browser: nobody that no setting names. */
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { disposeWitnesses } from '../support/witness.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';

let stage: MeetingStage;
beforeAll(async () => {
  const watch = pathToFileURL(resolve('test/e2e/support/outside-watch.ts')).href;
  stage = await createMeetingStage({ NODE_OPTIONS: `--import=${watch}` });
});
afterAll(async () => {
  await stage.close();
  await disposeWitnesses();
});

const outside = (): string[] =>
  [...stage.gateway.output().matchAll(/^outside: (.*)$/gm)].map(([, whom = '']) => whom);

it('looks up no name and reaches for no address beyond its LiveKit server and the caller', async () => {
  const meeting = await stage.meeting();
  await stage.witness(meeting);
  const phone = await stage.phone();
  await phone.answer;
  await phone.press(meeting.callId);
  await stage.until('the call to join', async () => (await stage.calls('joined'))[0]);
  await phone.close();
  await stage.until('its end', async () => (await stage.calls('ended'))[0]);
  // The main thread and the one with the sound, at the least.
  expect(stage.gateway.output()).toMatch(/^watched: thread 0$[^]*^watched: thread [1-9]/m);
  expect(outside()).toEqual([]);
  // And who is named is seen.
  await stage.gateway.api('POST', '/api/webhooks', { url: 'https://nobody.invalid/hook' });
  await stage.phone();
  await stage.until('the look-up', async () => outside()[0]);
  expect(new Set(outside())).toEqual(new Set(['nobody.invalid']));
}, 60_000);
