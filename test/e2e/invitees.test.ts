/** People who are known: by a PIN of their own, a number, a browser; seen from the room and by ear. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneCall, PhoneOptions } from '../../src/caller/phone.ts';
import type { PhraseKey } from '../../src/ivr/manuscript.ts';
import { vouchingTrunk, writeTrunksFile, type TrunksFile } from '../support/trunks-file.ts';
import { disposeWitnesses, type Witness } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  isHost,
  sine,
  sleep,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import {
  endReason,
  enterMeeting,
  isTold,
  placeCall,
  type PlacedCall,
} from './support/placed-call.ts';
import { hearPhrase } from './support/spoken.ts';

afterAll(() => disposeWitnesses());

interface Shown {
  readonly legId: string;
  readonly from: string | null;
  readonly name: string | null;
  readonly identification: string | null;
  readonly protectedIdentity: boolean;
  readonly termination: { readonly reason: string } | null;
  readonly interpreting: readonly { readonly startedAt: string; readonly endedAt: string | null }[];
}

describe('somebody who is known', () => {
  let stage: MeetingStage;
  let trunks: TrunksFile;
  beforeAll(async () => {
    trunks = await writeTrunksFile(vouchingTrunk);
    stage = await createMeetingStage({ RINGBRO_TRUNKS: trunks.path, RINGBRO_HOST_GRACE_S: '3' });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await trunks.remove();
  });

  const invite = async (meeting: StagedMeeting, fields: object): Promise<string> => {
    const path = `/api/meetings/${meeting.callId}/invitees`;
    const { status, body } = await stage.gateway.api('POST', path, fields);
    expect(status).toBe(201);
    return (body as { pin: string }).pin;
  };
  const enter = (
    meeting: StagedMeeting,
    pin: string | undefined,
    state: 'joined' | 'waiting',
    options: Partial<PhoneOptions> = {},
  ): Promise<PlacedCall> => enterMeeting(stage, meeting, state, { pin, ...options });
  const shown = async (legId: string): Promise<Shown> =>
    (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as Shown;
  const seen = (witness: Witness, legId: string) =>
    witness.participants().find(({ identity }) => identity.endsWith(legId));
  const told = (call: PhoneCall, legId: string, key: PhraseKey): Promise<void> =>
    hearPhrase(stage, call, legId, key);

  it('by a personal PIN shows name, role and assurance to the room, written by the server alone', async () => {
    const meeting = await stage.meeting({ language: 'sv' });
    const pin = await invite(meeting, {
      name: 'Karin Ek',
      organisation: 'Kommunen',
      language: 'da',
    });
    const witness = await stage.witness(meeting);
    const { legId } = await enter(meeting, pin, 'joined');
    const participant = await stage.until('the participant', () => seen(witness, legId));
    expect(participant.name).toBe('Karin Ek');
    expect(participant.attributes).toMatchObject({
      'ringbro.role': 'guest',
      'ringbro.identification': 'personal PIN',
      'ringbro.organisation': 'Kommunen',
      'ringbro.language': 'da',
      'sip.phoneNumber': '+46•••••67',
    });
    await stage.gateway.api('POST', `/api/calls/${legId}/people`, { count: 3 });
    await stage.until('the count', () =>
      seen(witness, legId)?.attributes['ringbro.people'] === '3' ? true : undefined,
    );
    expect(stage.gateway.output()).not.toContain(pin);
  });

  it('by a second call takes over: one of them is heard, the first is told and ends', async () => {
    const meeting = await stage.meeting();
    const pin = await invite(meeting, { name: 'Karin Ek' });
    const witness = await stage.witness(meeting);
    const first = await enter(meeting, pin, 'joined');
    const second = await enter(meeting, pin, 'joined');
    await told(first.call, first.legId, 'taken-over');
    expect(await first.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
    expect(await endReason(stage, first.legId)).toBe('taken-over');
    second.call.sound.speak(sine(440), { endless: true });
    const identity = seen(witness, second.legId)?.identity ?? '';
    expect((await witness.hear(identity, 600)).dominantHz).toBeCloseTo(440, -1);
    expect(seen(witness, first.legId)).toBeUndefined();
  });

  it('by a second call waits in the lobby as ever: no participant, no sound before', async () => {
    const meeting = await stage.meeting({ admission: 'lobby' });
    const pin = await invite(meeting, { name: 'Karin Ek' });
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    const first = await enter(meeting, pin, 'waiting');
    await stage.gateway.api('POST', `/api/calls/${first.legId}/admit`);
    await stage.until('the first', () => (hearsTone(first.call, 1000) ? true : undefined));
    const second = await enter(meeting, pin, 'waiting');
    await sleep(2_000);
    expect(hearsTone(second.call, 1000)).toBe(false);
    expect(seen(witness, second.legId)).toBeUndefined();
    await stage.gateway.api('POST', `/api/calls/${second.legId}/admit`);
    await stage.until('the second', () => (hearsTone(second.call, 1000) ? true : undefined));
    expect(await first.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });

  it('by the number that the trunk vouches for is named, and admitted by nobody for it', async () => {
    const meeting = await stage.meeting({ admission: 'host', language: 'sv' });
    await invite(meeting, { name: 'Karin Ek', role: 'host', phoneNumber: '+46709999999' });
    const asserted = [{ name: 'P-Asserted-Identity', value: '<tel:+46709999999>' }];
    const { legId } = await enter(meeting, undefined, 'waiting', { headers: asserted });
    expect(await shown(legId)).toMatchObject({ identification: 'number matches the booking' });
    const host = await stage.witness(meeting, 'host', isHost);
    const participant = await stage.until('the participant', () => seen(host, legId));
    expect(participant.name).toBe('Karin Ek');
    expect(participant.attributes).toMatchObject({
      'ringbro.role': 'guest',
      'ringbro.identification': 'number matches the booking',
    });
  });

  it('who withholds the number stays so, in the room and in the record', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const headers = [
      { name: 'P-Asserted-Identity', value: '<sip:+46709999999@example.net>' },
      { name: 'Privacy', value: 'id' },
    ];
    const { legId } = await enter(meeting, undefined, 'joined', { headers });
    const participant = await stage.until('the participant', () => seen(witness, legId));
    expect(Object.keys(participant.attributes)).not.toContain('sip.phoneNumber');
    expect((await shown(legId)).from).toBeNull();
  });

  it('whose identity is protected shows neither name nor number', async () => {
    const meeting = await stage.meeting({ language: 'sv' });
    const pin = await invite(meeting, { name: 'Karin Ek', protectedIdentity: true });
    const witness = await stage.witness(meeting);
    const { call, legId } = await enter(meeting, pin, 'joined');
    const participant = await stage.until('the participant', () => seen(witness, legId));
    expect(participant.name).toBe('Telefon 1');
    expect(Object.keys(participant.attributes)).not.toContain('sip.phoneNumber');
    expect(await shown(legId)).toMatchObject({ from: null, name: null, protectedIdentity: true });
    call.hangUp();
    await stage.until('the end', async () => (await shown(legId)).termination ?? undefined);
    expect(await shown(legId)).toMatchObject({ from: null, name: null });
  });

  it('as interpreter is in before the host, by an ID, with times in the record', async () => {
    const meeting = await stage.meeting({
      admission: 'host',
      interpreterFirst: true,
      language: 'sv',
      maxParticipants: 2,
    });
    const pin = await invite(meeting, { role: 'interpreter', interpreterId: '12345' });
    const witness = await stage.witness(meeting);
    const { call, legId } = await enter(meeting, pin, 'joined');
    const participant = await stage.until('the participant', () => seen(witness, legId));
    expect(participant.name).toBe('Tolk 12345');
    call.hangUp();
    const { interpreting } = await stage.until('the end', async () => {
      const record = await shown(legId);
      return record.termination === null ? undefined : record;
    });
    expect(interpreting).toHaveLength(1);
    expect(interpreting[0]?.endedAt).not.toBeNull();
  });

  it('finds the kept seat of a meeting that browsers and phones have filled', async () => {
    const meeting = await stage.meeting({ maxParticipants: 3 });
    const pin = await invite(meeting, { role: 'interpreter', interpreterId: '12345' });
    const guestPin = await invite(meeting, { role: 'guest' });
    await stage.witness(meeting);
    await enter(meeting, guestPin, 'joined');
    const otherPin = await invite(meeting, { role: 'guest' });
    const late = await placeCall(stage);
    await late.call.press(meeting.callId);
    await isTold(stage, late.legId, 'enter-pin');
    await late.call.press(otherPin);
    expect(await late.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
    expect(await endReason(stage, late.legId)).toBe('full');
    await enter(meeting, pin, 'joined');
  });
});
