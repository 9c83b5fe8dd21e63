import { expect, test } from 'vitest';
import { trackSidBySsrc } from '../../../src/bridge/room/answer-ssrcs.ts';

const answer = (...sections: string[][]): string =>
  [
    'v=0',
    's=-',
    ...sections.flatMap((lines) => ['m=audio 9 UDP/TLS/RTP/SAVPF 111', ...lines]),
    '',
  ].join('\r\n');

test('each SSRC belongs to the track of its m-line', () => {
  const sdp = answer(
    ['a=mid:0', 'a=ssrc:11 cname:x', 'a=ssrc:11 msid:x TR_A', 'a=msid:x TR_A', 'a=sendonly'],
    ['a=mid:1', 'a=ssrc:22 cname:y', 'a=sendonly'],
  );
  const mids = new Map([
    ['0', 'TR_A'],
    ['1', 'TR_B'],
  ]);
  expect(trackSidBySsrc(sdp, mids)).toEqual(
    new Map([
      [11, 'TR_A'],
      [22, 'TR_B'],
    ]),
  );
});

test('without the table the msid says which track it is', () => {
  const sdp = answer([
    'a=mid:0',
    'a=msid:PA_1|TR_A TR_A',
    'a=ssrc:4294967295 cname:x',
    'a=sendonly',
  ]);
  expect(trackSidBySsrc(sdp, new Map())).toEqual(new Map([[4_294_967_295, 'TR_A']]));
});

test('an m-line that rests has no track, whatever it had before', () => {
  const sdp = answer(['a=mid:0', 'a=ssrc:11 cname:x', 'a=msid:x TR_A', 'a=inactive']);
  expect(trackSidBySsrc(sdp, new Map([['0', 'TR_A']]))).toEqual(new Map());
});

test('what is no session description has no tracks', () => {
  expect(trackSidBySsrc('', new Map())).toEqual(new Map());
  expect(trackSidBySsrc('m=\nm=\na=ssrc:x', new Map())).toEqual(new Map());
});
