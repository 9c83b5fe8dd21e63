import { expect, test } from 'vitest';
import { pictureStreams } from '../../../src/bridge/room/picture-streams.ts';

const answer = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:0',
  'a=sendonly',
  'a=ssrc:5 cname:a',
  'm=video 9 UDP/TLS/RTP/SAVPF 102 103',
  'a=mid:1',
  'a=recvonly',
  'm=video 9 UDP/TLS/RTP/SAVPF 102 103',
  'a=mid:2',
  'a=sendonly',
  'a=ssrc-group:FID 11 12',
  'a=ssrc:11 cname:b',
  'a=ssrc:12 cname:b',
  'm=video 9 UDP/TLS/RTP/SAVPF 102',
  'a=mid:3',
  'a=sendonly',
  'a=msid:PA_2 TR_3',
  'a=ssrc:21 cname:c',
  '',
].join('\r\n');

test('pictures are told by SSRC, RTX with its primary; sound and our own m-lines are not among them', () => {
  expect(pictureStreams(answer, new Map([['2', 'TR_2']]))).toEqual(
    new Map([
      [11, { trackSid: 'TR_2', primarySsrc: 11 }],
      [12, { trackSid: 'TR_2', primarySsrc: 11 }],
      [21, { trackSid: 'TR_3', primarySsrc: 21 }],
    ]),
  );
});
