/** The operator page in a real browser, beside real calls. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessFaults, says, takePictures, type TestBrowser, textOf } from './support/browser.ts';
import type { MeetingStage } from './support/meeting-stage.ts';
import { openOperatorStage, type OperatorDesk } from './support/operator-desk.ts';
import { runSipp } from './support/sipp.ts';
import { dialWithSlides } from './support/slides-device.ts';

const meetingOfScenario = '142536475';

/** A service desk that never answers. */
const silentDesk = createSocket('udp4');
const openDesk = async (): Promise<number> => {
  silentDesk.bind(0, '127.0.0.1');
  await once(silentDesk, 'listening');
  return silentDesk.address().port;
};

describe('the operator page', () => {
  let stage: MeetingStage;
  let browser: TestBrowser;
  let desk: OperatorDesk;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const RINGBRO_SERVICE_DESK = `sip:desk@127.0.0.1:${await openDesk()}`;
    ({ stage, browser, desk, close } = await openOperatorStage({
      RINGBRO_SERVICE_DESK,
      RINGBRO_SIP_DOMAINS: 'meet.test',
    }));
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    silentDesk.close();
    await close();
  });

  it('shows a call as it comes, moves and ends, and finds it again by its support code', async () => {
    await stage.meeting({ callId: meetingOfScenario });
    const page = await browser.page('sv-SE');
    await desk.signIn(page);
    await says(page, 'Inga samtal just nu.');
    const calling = runSipp('uac-happy-path-expect-joined', {
      sipPort: stage.gateway.sipPort,
      mediaSlot: 7,
    });

    await says(page, 'Slår ID');
    expect(await textOf(page, 'table')).toContain('+46•••••67');
    await says(page, 'I mötet');
    expect(await textOf(page, 'table')).toContain('142 536 475');
    await page.waitForSelector('table [role=meter]');
    await takePictures(page, 'live');
    const code = (await textOf(page, 'tbody td:nth-child(6)')).replaceAll(/\s/g, '');
    expect(code).toMatch(/^\d{6}$/);

    await says(page, 'Inga samtal just nu.');
    expect(await calling).toMatchObject({ ok: true });
    await page.type('form.code-search input', code);
    await page.keyboard.press('Enter');
    await says(page, 'Vad som hände');
    await says(page, 'Personen lade på.');
    const story = await textOf(page, '.story');
    const told = ['Samtalet kom in', 'Vi svarade', 'Slog ett samtals-ID', 'Mötet hittades'];
    let from = 0;
    for (const line of [...told, 'Är med i mötet', 'Samtalet är slut']) {
      expect(story.indexOf(line, from), `${line} in its place`).toBeGreaterThanOrEqual(from);
      from = story.indexOf(line, from);
    }
    expect(story).toContain('Slå ditt samtals-ID, nio siffror.');
    expect(await textOf(page, 'main')).toContain('Inte krypterat på vägen hit.');
    await says(page, 'BYE', '.ladder');
    const ladder = await textOf(page, '.ladder');
    for (const [what, meaning] of [
      ['INVITE', 'ringer'],
      ['200 (INVITE)', 'ja'],
      ['BYE', 'lägger på'],
    ])
      expect(ladder).toContain(`${what} ${meaning}`);
    await page.locator('.ladder summary').click();
    await says(page, 'From: <sip:•••@', '.ladder pre');
    expect(await textOf(page, '.ladder')).not.toMatch(/142536475|Call-ID|46701234567/);
    expect(await textOf(page, '.ways')).toMatch(/Telefonen → oss\s+● 4,\d/);
    await page.waitForSelector('.way svg .dot');
    await page.locator('.minutes summary').click();
    await says(page, 'Telefonen → oss', '.minutes table');
    await takePictures(page, 'call-over', true);
    expect(await accessFaults(page)).toEqual([]);
  });

  it('tells of who waits, mutes and hangs up, and says by whom', async () => {
    const meeting = await stage.meeting({ admission: 'lobby' });
    const anna = await desk.makeAccount('anna', ['operator', 'read-only']);
    const page = await browser.page('en-GB');
    await desk.signIn(page, anna);
    await says(page, 'Nobody waits.');
    const caller = await stage.phone();
    await caller.answer;
    await caller.press(meeting.callId);
    await says(page, 'Waiting to be let in 1');
    await says(page, 'waits to be let in. 1 waiting.', '#announced');
    await takePictures(page, 'waiting');
    expect(await accessFaults(page)).toEqual([]);

    // Into the call by keyboard: the first link of the table.
    await page.focus('tbody a');
    await page.keyboard.press('Enter');
    await says(page, 'What happened');
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('H1');
    const actions = await textOf(page, '.actions');
    expect(actions).not.toContain('Let in');
    const [call] = await stage.calls('waiting');
    await stage.gateway.api('POST', `/api/calls/${call?.legId}/admit`);
    await says(page, 'Was let in');
    await page.locator('.actions ::-p-text(Mute)').click();
    await says(page, 'Was muted by the host or from here');
    expect(await textOf(page, '.facts')).not.toContain(meeting.callId.slice(0, 3));
    await page.locator('.actions ::-p-text(Show number and meeting ID whole)').click();
    await page.type('dialog input', 'the caller reads out another one');
    await takePictures(page, 'reason');
    await page.keyboard.press('Enter');
    await says(page, meeting.callId.replaceAll(/(\d{3})(?=\d)/g, '$1 '), '.revealed');
    await says(page, '+46701234567', '.revealed');

    await page.locator('.actions .harsh').click();
    await says(page, 'End this call?');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { hidden: true });
    await page.locator('.actions .harsh').click();
    await page.locator('dialog .harsh').click();
    await says(page, 'The call was ended from here or by another system.');

    const { body } = await stage.gateway.api('GET', `/api/audit?actor=account%20${anna}`);
    const { items } = body as { items: { action: string; reason: string | null }[] };
    expect(items.map(({ action }) => action)).toEqual([
      'POST /api/calls/:legId/hangup',
      'POST /api/calls/:legId/reveal',
      'POST /api/calls/:legId/mute',
      'session.begin',
    ]);
    expect(items[1]?.reason).toBe('the caller reads out another one');
  });

  it('moves a caller and lets in, as the host may; traces a call, and deletes with a reason', async () => {
    const first = await stage.meeting({ admission: 'lobby' });
    const second = await stage.meeting();
    const page = await browser.page('en-GB');
    await desk.signIn(page);
    await says(page, 'Nobody waits.');
    const caller = await stage.phone();
    await caller.answer;
    await caller.press(first.callId);
    await page.locator('tbody a').click();
    await says(page, 'The caller has come to the right place and waits.');
    await page.locator('.actions ::-p-text(Let in)').click();
    await says(page, 'Is in the meeting');
    await page.locator('.actions ::-p-text(Trace this call)').click();
    await page.type('dialog input', 'no sound since this morning');
    await page.keyboard.press('Enter');
    await page.locator('.actions ::-p-text(Move to another meeting)').click();
    await page.type('dialog input', second.callId);
    await takePictures(page, 'move');
    await page.keyboard.press('Enter');
    await stage.until('the move', async () => {
      const [moved] = await stage.calls('joined');
      return moved?.callId === second.callId ? true : undefined;
    });
    await takePictures(page, 'call-live', true);
    expect(await accessFaults(page)).toEqual([]);

    // Who asks for a person is on top, until somebody answers.
    await caller.press('*00');
    await page.locator('nav ::-p-text(Live)').click();
    await says(page, 'Ask for a person 1');
    await says(page, 'Waits', 'tbody');
    await says(page, 'asks for a person.', '#announced');
    await takePictures(page, 'asking');
    expect(await accessFaults(page)).toEqual([]);

    expect(await desk.visit(page, 'Traces', 'Under way', 'traces')).toEqual([]);
    await page.waitForSelector('td a[download]');
    await page.locator('td ::-p-text(Delete)').click();
    await page.type('dialog input', 'found it');
    await page.keyboard.press('Enter');
    await says(page, 'Nothing to show.');
    const audit = await stage.gateway.api('GET', '/api/audit?actor=account%20operator&limit=3');
    const { items } = audit.body as { items: { action: string; reason: string | null }[] };
    expect(items.map(({ action, reason }) => [action, reason])).toEqual([
      ['DELETE /api/traces/:traceId', 'found it'],
      ['POST /api/calls/:legId/move', null],
      ['POST /api/traces', 'no sound since this morning'],
    ]);
  });

  it('says how many sit in a video room, where the account may, and never of a telephone', async () => {
    // Another one each time that the test is run again.
    const videoAddress = `room-${Date.now()}@meet.test`;
    const meeting = await stage.meeting({ videoAddress });
    const bo = await desk.makeAccount('bo', ['operator', 'read-only']);
    const page = await browser.page('en-GB');
    await desk.signIn(page);
    const { sipPort } = stage.gateway;
    const room = await dialWithSlides({ target: `sip:${videoAddress}`, sipPort });
    try {
      await says(page, 'In the meeting', 'tbody');
      await page.locator('tbody a').click();
      await page.locator('.actions ::-p-text(Count the room)').click();
      await page.waitForSelector('dialog input[type=number]');
      await page.keyboard.type('101');
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog input:invalid');
      await page.keyboard.press('Backspace');
      await page.keyboard.press('Backspace');
      await takePictures(page, 'count');
      expect(await accessFaults(page)).toEqual([]);
      await page.keyboard.type('2');
      await page.keyboard.press('Enter');
      await says(page, 'The number of people was set to 12', '.story');
      await says(page, 'People in the room\n12', '.facts');
      await takePictures(page, 'counted');

      const other = await browser.page('en-GB');
      await desk.signIn(other, bo);
      await says(other, 'In the meeting', 'tbody');
      await other.locator('tbody a').click();
      await says(other, 'Mute', '.actions');
      expect(await textOf(other, '.actions')).not.toContain('Count the room');
    } finally {
      await room.close();
    }
    await stage.joined(meeting);
    await page.locator('nav ::-p-text(Live)').click();
    await says(page, 'In the meeting', 'tbody');
    await page.locator('tbody a').click();
    await says(page, 'Mute', '.actions');
    expect(await textOf(page, '.actions')).not.toContain('Count the room');
  });

  it('let no script of its pages fail and no policy be broken', () => {
    // What these tests ask for themselves: wrong passwords and one too many.
    const unasked = browser.faults.filter((fault) => !/\b(401|403|429)\b/.test(fault));
    expect(unasked).toEqual([]);
  });
});
