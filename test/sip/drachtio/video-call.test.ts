/** Pictures of calls by drachtio-server: the media worker has them, FreeSWITCH has no part in it. */
import { expect, test } from 'vitest';
import { asLegId, asSipCallId } from '../../../src/call/identifiers.ts';
import type { CallInvitation } from '../../../src/call/ports/sip-engine.ts';
import { pictureFastUpdate } from '../../../src/sip/dialog/picture-fast-update.ts';
import { createDialogRequests } from '../../../src/sip/drachtio/dialog-requests.ts';
import type {
  SrfDialog,
  SrfRequest,
  SrfResponse,
} from '../../../src/sip/drachtio/drachtio-types.ts';
import { createFreeSwitchPool } from '../../../src/sip/drachtio/freeswitch-pool.ts';
import { createLegSounds } from '../../../src/sip/drachtio/leg-sounds.ts';
import { createFakeFloorDoors } from '../../support/fake-floor-doors.ts';
import { createFakeMediaBridge } from '../../support/fake-media-bridge.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/media-calls.ts';
import { baresipOffer, ciscoOffer } from '../message/room-offers.ts';

const soundOnly = baresipOffer.slice(0, baresipOffer.indexOf('m=video'));
const invitation: CallInvitation = {
  legId: asLegId('leg-1'),
  sipCallId: asSipCallId('call-1'),
  source: { address: '198.51.100.20', port: 5060, transport: 'udp' },
  callerNumber: undefined,
  dialled: { user: '+46480445511', host: 'meet.example.org' },
  signallingEncrypted: false,
};

const soundsWith = (video: boolean) => {
  const media = createFakeMediaBridge();
  const floorDoors = createFakeFloorDoors();
  // Nobody is in it: what goes to FreeSWITCH is answered with 503.
  const pool = createFreeSwitchPool(() => {
    throw new Error('not called');
  });
  const sounds = createLegSounds(
    {
      promptsPath: '/prompts',
      media,
      mediaAddress: '192.0.2.1',
      codecs: ['PCMA'],
      mediaTimeoutMs: 60_000,
      clock: createManualClock(),
      video,
      floorDoors,
    },
    pool,
  );
  return { sounds, media, floorDoors };
};
const signalling = { createUac: () => Promise.reject(new Error('not called')) };
const soundFor = (offer: string, video: boolean, isVideoSystem = false) => {
  const { sounds, ...others } = soundsWith(video);
  const device = { offer, isVideoSystem };
  const sound = sounds.forCaller(invitation, device, undefined, signalling, silentLog);
  return { sound, ...others };
};

test('a call with pictures goes past FreeSWITCH, with ports of the worker for both', async () => {
  const { sound, media } = soundFor(baresipOffer, true);
  expect(await sound.describe(baresipOffer)).toMatchObject({
    ok: true,
    sdp: expect.stringMatching(/m=audio 20000 [^]*m=video 30000 RTP\/AVP 97\r/) as string,
    media: { codec: 'PCMA', video: true },
  });
  expect(media.legs[0]?.session?.video).toMatchObject({ remotePort: 30002 });
  sound.requestKeyFrame?.();
  expect(media.legs[0]?.calls.at(-1)).toBe('requestKeyFrame');
});

test.each([
  ['without pictures', soundOnly, true],
  ['with pictures where they are switched off', baresipOffer, false],
])('a call %s goes to FreeSWITCH', async (_, offer, video) => {
  const { sound, media } = soundFor(offer, video);
  expect(await sound.describe(offer)).toMatchObject({ ok: false, sipStatus: 503 });
  expect(media.legs).toEqual([]);
});

test('pictures of such a call are paused and come back by re-INVITE', async () => {
  const { sound, media } = soundFor(baresipOffer, true);
  await sound.describe(baresipOffer);
  const paused = baresipOffer.replace(/(m=video[^]*)a=sendrecv/, '$1a=inactive');
  expect(await sound.redescribe(paused)).toMatchObject({ ok: true, direction: 'sendrecv' });
  expect(media.legs[0]?.session?.video?.direction).toBe('inactive');
  expect(await sound.redescribe(baresipOffer)).toMatchObject({ ok: true });
  expect(media.legs[0]?.session?.video?.direction).toBe('sendrecv');
});

test('key frames are asked for by INFO both ways', () => {
  const told: string[] = [];
  const { sound } = soundFor(baresipOffer, true);
  const requests = createDialogRequests({
    sound: { ...sound, requestKeyFrame: () => void told.push('key frame') },
    isEnded: () => false,
    onDirection: () => undefined,
    onDigit: (digit) => void told.push(digit),
    log: silentLog,
  });
  const sent: unknown[] = [];
  const listeners = new Map<string, (request: SrfRequest, response: SrfResponse) => void>();
  requests.askForKeyFrame();
  requests.listen({
    on: (event: string, listener: (request: SrfRequest, response: SrfResponse) => void) =>
      void listeners.set(event, listener),
    request: (options: unknown) => {
      sent.push(options);
      return Promise.reject(new Error('the dialog is gone'));
    },
  } as unknown as SrfDialog);
  const statuses: number[] = [];
  listeners.get('info')?.(
    {
      body: pictureFastUpdate,
      get: () => 'application/media_control+xml;charset=utf-8',
    } as unknown as SrfRequest,
    { send: (status: number) => void statuses.push(status) } as unknown as SrfResponse,
  );
  expect([statuses, told]).toEqual([[200], ['key frame']]);
  requests.askForKeyFrame();
  expect(sent).toEqual([
    {
      method: 'INFO',
      headers: { 'Content-Type': 'application/media_control+xml' },
      body: pictureFastUpdate,
    },
  ]);
});

test('a video system that called with sound alone is offered pictures by re-INVITE, once', async () => {
  const { sound, media } = soundFor(soundOnly, true, true);
  expect(await sound.describe(soundOnly)).toMatchObject({ ok: true });
  expect(media.legs[0]?.localVideoPort).toBeUndefined();
  const requests = createDialogRequests({
    sound,
    isEnded: () => false,
    onDirection: () => undefined,
    onDigit: () => undefined,
    log: silentLog,
  });
  const offers: string[] = [];
  requests.listen({
    on: () => undefined,
    local: { sdp: 'v=0', contact: undefined },
    modify: (sdp: string) => {
      offers.push(sdp);
      const refused = 'm=video 0 RTP/AVP 97\r\nm=application 0 UDP/BFCP *\r\n';
      return Promise.resolve(baresipOffer + refused);
    },
  } as unknown as SrfDialog);
  requests.offerVideo();
  requests.offerVideo();
  await new Promise((resolve) => setImmediate(resolve));
  expect(offers).toEqual([
    expect.stringMatching(
      /m=audio 20000 [^]*m=video 30000 RTP\/AVP 97 98\r[^]*m=video 32000 [^]*m=application 5070 UDP\/BFCP/,
    ),
  ]);
  expect(media.legs[0]?.session?.video).toMatchObject({ remotePort: 30002, payloadType: 97 });
});

test('a refusal of our pictures leaves the sound as it is', async () => {
  const { sound, media } = soundFor(soundOnly, true, true);
  await sound.describe(soundOnly);
  const dialog = {
    on: () => undefined,
    local: { sdp: 'before', contact: undefined },
    modify: (sdp: string) => {
      dialog.local.sdp = sdp;
      return Promise.reject(new Error('488'));
    },
  };
  const requests = createDialogRequests({
    sound,
    isEnded: () => false,
    onDirection: () => undefined,
    onDigit: () => undefined,
    log: silentLog,
  });
  requests.listen(dialog as unknown as SrfDialog);
  requests.offerVideo();
  await new Promise((resolve) => setImmediate(resolve));
  expect(dialog.local.sdp).toBe('before');
  expect(media.legs[0]?.session).toMatchObject({ codec: 'PCMA', remotePort: 30000 });
  expect(media.legs[0]?.session?.video).toBeUndefined();
});

test('a second stream has ports of the worker and floor control of the gateway, through re-INVITEs to its end', async () => {
  const { sound, media, floorDoors } = soundFor(ciscoOffer, true);
  const told: string[] = [];
  sound.onEvent(({ type }) => told.push(type));
  const taken =
    /m=application 5070 UDP\/BFCP [^]*a=floorctrl:s-only[^]*m=video 32000 [^]*a=content:slides/;
  expect(await sound.describe(ciscoOffer)).toMatchObject({
    ok: true,
    sdp: expect.stringMatching(taken) as string,
  });
  expect(media.legs[0]?.session).toMatchObject({ slides: { remotePort: 2336 } });
  expect([...(floorDoors.seats[0]?.addresses ?? [])]).toEqual(['198.51.100.20']);
  floorDoors.requestFloor();
  const held = ciscoOffer.replace(/(c=IN IP4 .*\r\n)/, '$1a=inactive\r\n');
  expect(await sound.redescribe(held)).toMatchObject({
    ok: true,
    direction: 'inactive',
    sdp: expect.stringMatching(taken) as string,
  });
  expect(await sound.redescribe(undefined)).toMatchObject({
    ok: true,
    sdp: expect.stringMatching(taken) as string,
  });
  media.legs[0]?.emit({ type: 'screen-shared', key: 1 });
  expect(media.legs[0]?.calls.filter((each) => each.startsWith('setFloor'))).toEqual([
    'setFloor device',
    'setFloor room',
  ]);
  expect(told).toEqual([]);
  await sound.close();
  expect(floorDoors.seats).toEqual([]);
});

test('a call of ours to a room system offers a second stream, and hears it where the call went', async () => {
  const { sounds, media, floorDoors } = soundsWith(true);
  const sound = sounds.forCallee(
    {
      ...{ legId: asLegId('leg-1'), transport: 'udp', remoteAddress: '198.51.100.7' },
      ...{ trunk: undefined, ringLimitMs: 60_000, demandsSrtp: false, isRoomSystem: true },
    },
    signalling,
    silentLog,
  );
  const described = await sound.describe(undefined);
  if (!described.ok) throw new Error('no offer');
  expect(described.sdp).toMatch(/m=video 32000 [^]*a=content:slides[^]*m=application 5070 UDP/);
  const answer = described.sdp
    .replaceAll('192.0.2.1', '198.51.100.20')
    .replace('floorctrl:s-only', 'floorctrl:c-only');
  expect(await sound.settle(answer)).toMatchObject({ media: { video: true } });
  expect(media.legs[0]?.session).toMatchObject({ slides: { remotePort: 32000 } });
  expect(floorDoors.seats.map(({ addresses }) => [...addresses])).toEqual([
    ['198.51.100.20', '198.51.100.7'],
  ]);
  await sound.close();
});
