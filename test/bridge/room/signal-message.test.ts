import {
  DisconnectReason,
  Encryption_Type,
  JoinResponse,
  LeaveRequest,
  LeaveRequest_Action,
  MediaSectionsRequirement,
  ParticipantInfo,
  ParticipantInfo_Kind,
  ParticipantInfo_State,
  ParticipantPermission,
  ParticipantUpdate,
  SessionDescription,
  SignalResponse,
  TrackInfo,
  TrackType,
  TrickleRequest,
} from '@livekit/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSignal } from '../../../src/bridge/room/signal-message.ts';

const encode = (message: ConstructorParameters<typeof SignalResponse>[0]): Uint8Array =>
  new SignalResponse(message).toBinary();

const leave = (action: LeaveRequest_Action, reason: DisconnectReason): Uint8Array =>
  encode({ message: { case: 'leave', value: new LeaveRequest({ action, reason }) } });

const sound = { sid: 'TR_1', type: TrackType.AUDIO, mimeType: 'audio/opus' };
const updateWithTracks = (...tracks: ConstructorParameters<typeof TrackInfo>[0][]): Uint8Array =>
  encode({
    message: {
      case: 'update',
      value: new ParticipantUpdate({
        participants: [
          new ParticipantInfo({
            sid: 'PA_1',
            identity: 'guest',
            kind: ParticipantInfo_Kind.SIP,
            state: ParticipantInfo_State.ACTIVE,
            permission: new ParticipantPermission({ hidden: true }),
            tracks: tracks.map((track) => new TrackInfo(track)),
          }),
        ],
      }),
    },
  });

describe('no bytes make it throw', () => {
  test('random bytes are malformed or some event', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof parseSignal(bytes).type).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  test('a message cut short or with a byte changed is malformed or some event', () => {
    const whole = updateWithTracks(sound);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (end, at, byte) => {
        expect(typeof parseSignal(whole.subarray(0, end)).type).toBe('string');
        expect(typeof parseSignal(whole.with(at, byte)).type).toBe('string');
      }),
    );
  });

  test.each(['', '{', 'null', '[]', '{"candidate":1}'])(
    'the candidate %j is malformed',
    (candidateInit) => {
      const value = new TrickleRequest({ candidateInit });
      expect(parseSignal(encode({ message: { case: 'trickle', value } }))).toEqual({
        type: 'malformed',
      });
    },
  );

  test('any other candidate text is malformed or a candidate', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (candidateInit) => {
        const value = new TrickleRequest({ candidateInit });
        const { type } = parseSignal(encode({ message: { case: 'trickle', value } }));
        expect(['malformed', 'candidate']).toContain(type);
      }),
    );
  });
});

describe('leave', () => {
  test.each([LeaveRequest_Action.RESUME, LeaveRequest_Action.RECONNECT])(
    'action %i asks us back whatever the reason',
    (action) => {
      expect(parseSignal(leave(action, DisconnectReason.PARTICIPANT_REMOVED))).toEqual({
        type: 'leave',
        meaning: 'reconnect',
      });
    },
  );

  test.each([
    [DisconnectReason.PARTICIPANT_REMOVED, 'removed'],
    [DisconnectReason.DUPLICATE_IDENTITY, 'duplicate-identity'],
    [DisconnectReason.SERVER_SHUTDOWN, 'reconnect'],
  ])('with DISCONNECT reason %i means %s', (reason, meaning) => {
    expect(parseSignal(leave(LeaveRequest_Action.DISCONNECT, reason))).toEqual({
      type: 'leave',
      meaning,
    });
  });
});

test('a join response gives the ping intervals in milliseconds', () => {
  const value = new JoinResponse({ pingInterval: 5, pingTimeout: 15, serverVersion: '1.13.5' });
  expect(parseSignal(encode({ message: { case: 'join', value } }))).toEqual({
    type: 'joined',
    serverVersion: '1.13.5',
    pingIntervalMs: 5_000,
    pingTimeoutMs: 15_000,
    participants: [],
    isRecorded: false,
  });
});

test('whether the room is recorded is told at the join and with each change', () => {
  const room = { activeRecording: true };
  const joined = new JoinResponse({ room });
  expect(parseSignal(encode({ message: { case: 'join', value: joined } }))).toMatchObject({
    isRecorded: true,
  });
  const changed = encode({ message: { case: 'roomUpdate', value: { room } } });
  expect(parseSignal(changed)).toEqual({ type: 'room', isRecorded: true });
  expect(parseSignal(changed, false)).toEqual({ type: 'other' });
});

test('a participant is reduced to what a link needs', () => {
  const event = parseSignal(
    updateWithTracks(
      sound,
      { sid: 'TR_2', type: TrackType.AUDIO, mimeType: 'audio/PCMA', muted: true },
      { sid: 'TR_3', type: TrackType.AUDIO, mimeType: 'audio/red' },
      { sid: 'TR_4', type: TrackType.VIDEO, mimeType: 'video/H264' },
      { ...sound, sid: 'TR_5', encryption: Encryption_Type.GCM },
      { sid: 'TR_6', type: TrackType.AUDIO, mimeType: 'audio/unheard-of' },
    ),
  );
  const plain = { muted: false, encrypted: false };
  expect(event).toEqual({
    type: 'participants',
    participants: [
      {
        sid: 'PA_1',
        identity: 'guest',
        kind: 'sip',
        hidden: true,
        gone: false,
        tracks: [
          { ...plain, sid: 'TR_1', codec: 'opus' },
          { ...plain, sid: 'TR_2', codec: 'PCMA', muted: true },
          { ...plain, sid: 'TR_3', codec: 'opus' },
          { ...plain, sid: 'TR_4', codec: undefined },
          { ...plain, sid: 'TR_5', codec: 'opus', encrypted: true },
          { ...plain, sid: 'TR_6', codec: undefined },
        ],
      },
    ],
  });
});

test('an answer comes with its offer’s id and the tracks of its m-lines', () => {
  const value = new SessionDescription({
    type: 'answer',
    sdp: 'v=0',
    id: 7,
    midToTrackId: { '0': 'TR_1' },
  });
  expect(parseSignal(encode({ message: { case: 'answer', value } }))).toEqual({
    type: 'answer',
    offerId: 7,
    sdp: 'v=0',
    trackSidByMid: new Map([['0', 'TR_1']]),
  });
});

test('a requirement for m-lines is counted by kind', () => {
  const value = new MediaSectionsRequirement({ numAudios: 2, numVideos: 1 });
  expect(parseSignal(encode({ message: { case: 'mediaSectionsRequirement', value } }))).toEqual({
    type: 'sections-required',
    audios: 2,
    videos: 1,
  });
});

test('who does not follow the room is not told of the others, and is of all else', () => {
  expect(parseSignal(updateWithTracks(sound), false)).toEqual({ type: 'other' });
  const mute = encode({ message: { case: 'mute', value: { sid: 'TR_1', muted: true } } });
  expect(parseSignal(mute, false)).toEqual({ type: 'mute', trackSid: 'TR_1', muted: true });
});

test('what no link acts upon is not even decoded', () => {
  const unheeded = [
    ...['speakersChanged', 'connectionQuality', 'streamStateUpdate'],
    ...['subscribedQualityUpdate', 'subscriptionPermissionUpdate', 'trackSubscribed'],
    'subscribedAudioCodecUpdate',
  ];
  for (const field of SignalResponse.fields.list()) {
    // The tag of a message that is not there: what is decoded, is malformed.
    const tag = (field.no << 3) | 2;
    const bytes = Uint8Array.from(tag < 0x80 ? [tag, 5] : [(tag & 0x7f) | 0x80, tag >> 7, 5]);
    const isUnheeded = unheeded.includes(field.localName);
    expect([field.localName, parseSignal(bytes).type === 'other']).toEqual([
      field.localName,
      isUnheeded,
    ]);
  }
});
