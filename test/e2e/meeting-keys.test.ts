/** What a caller can do and is told by key and by the host's hand, on sound and seen from the room. */
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneCall } from '../../src/caller/phone.ts';
import type { PhraseKey } from '../../src/ivr/manuscript.ts';
import { disposeWitnesses, type Witness } from '../support/witness.ts';
import {
  createMeetingStage,
  sine,
  sleep,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import { heardPhrase, hearPhrase } from './support/spoken.ts';

afterAll(() => disposeWitnesses());

describe('a caller in a meeting', () => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage();
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  const scene = async (): Promise<{
    meeting: StagedMeeting;
    witness: Witness;
    caller: PhoneCall;
    legId: string;
    identity: string;
  }> => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.joined(meeting);
    const [shown] = await stage.calls('joined');
    const legId = shown?.legId ?? '';
    const identity = witness.participants().find((p) => p.identity.endsWith(legId))?.identity ?? '';
    return { meeting, witness, caller, legId, identity };
  };
  const muted = (witness: Witness, identity: string, expected: boolean): Promise<true> =>
    stage.until(expected ? 'the mute' : 'the unmute', () =>
      witness.isMuted(identity) === expected ? true : undefined,
    );
  const told = async (caller: PhoneCall, key: PhraseKey): Promise<void> => {
    const legId = (await stage.calls('live'))[0]?.legId ?? '';
    await hearPhrase(stage, caller, legId, key);
  };

  it('mutes and unmutes by star six: told, and seen in the room', async () => {
    const { witness, caller, identity } = await scene();
    caller.sound.speak(sine(440), { endless: true });
    await muted(witness, identity, false);
    await caller.press('*6');
    await muted(witness, identity, true);
    await told(caller, 'muted');
    await caller.press('*6');
    await muted(witness, identity, false);
    expect((await witness.hear(identity, 800)).dominantHz).toBeCloseTo(440, -1);
  });

  it('muted in the room hears so, stays muted by star six, and is heard when the host unmutes', async () => {
    const { meeting, witness, caller, legId, identity } = await scene();
    caller.sound.speak(sine(440), { endless: true });
    await muted(witness, identity, false);
    const { url, apiKey, apiSecret } = stage.livekit;
    const rooms = new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret);
    const [track] = (await rooms.getParticipant(meeting.room, identity)).tracks;
    await rooms.mutePublishedTrack(meeting.room, identity, track?.sid ?? '', true);
    await told(caller, 'muted-by-host');
    await sleep(5_000);
    await caller.press('*6');
    await sleep(1_000);
    expect(witness.isMuted(identity)).toBe(true);
    await sleep(4_000);
    expect(heardPhrase(caller, 'muted-by-host', 5_500)).toBe(true);
    await stage.gateway.api('POST', `/api/calls/${legId}/unmute`);
    await muted(witness, identity, false);
    expect((await witness.hear(identity, 800)).dominantHz).toBeCloseTo(440, -1);
    const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
    expect(JSON.stringify(body)).toContain('"phrases":"unmuted"');
  });

  it('raises and lowers a hand by star nine, which the room sees', async () => {
    const { witness, caller, identity } = await scene();
    const hand = (): string | undefined =>
      witness.participants().find((p) => p.identity === identity)?.attributes['ringbro.hand'];
    await caller.press('*9');
    await stage.until('the hand', () => (hand() === 'raised' ? true : undefined));
    await told(caller, 'hand-raised');
    await caller.press('*9');
    await stage.until('the lowered hand', () => (hand() === 'raised' ? undefined : true));
    await told(caller, 'hand-lowered');
  });

  it('is told when speaking muted', async () => {
    const { witness, caller, identity } = await scene();
    await caller.press('*6');
    await muted(witness, identity, true);
    await sleep(3_500);
    caller.sound.speak(sine(440), { endless: true });
    await told(caller, 'talking-muted');
    expect(witness.isMuted(identity)).toBe(true);
  });
});
