import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFlvReader, type CodedPicture } from '../../src/transcode/flv-reader.ts';

const fileHead = Buffer.from('464c5601010000000900000000', 'hex');
const tag = (type: number, atMs: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(11);
  head[0] = type;
  head.writeUIntBE(body.length, 1, 3);
  head.writeUIntBE(atMs & 0xffffff, 4, 3);
  head[7] = atMs >>> 24;
  return Buffer.concat([head, body, Buffer.alloc(4)]);
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const record = hex('1700000000' + '0142c01fffe1' + '00026742' + '01' + '000168');
const idr = hex('1701000000' + '00000003' + '658888');
const slice = hex('2701000000' + '00000002' + '4199' + '00000001' + '41');
const stream = Buffer.concat([
  fileHead,
  tag(18, 0, hex('02000a')),
  tag(9, 0, record),
  tag(9, 0, idr),
  tag(9, 0x0100_0021, slice),
]);
const wanted = [
  { atMs: 0, isKeyFrame: true, units: ['6742', '68', '658888'] },
  { atMs: 0x0100_0021, isKeyFrame: false, units: ['4199', '41'] },
];

const read = (chunks: readonly Buffer[]) => {
  const pictures: CodedPicture[] = [];
  const reader = createFlvReader((picture) => pictures.push(picture));
  const outcomes = chunks.map((chunk) => reader.push(chunk));
  return {
    isWell: outcomes.every(Boolean),
    pictures: pictures.map(({ units, ...rest }) => ({
      ...rest,
      units: units.map((unit) => Buffer.from(unit).toString('hex')),
    })),
  };
};

describe('H.264 out of FLV', () => {
  test('comes by the picture, key frames with their parameter sets', () => {
    expect(read([stream])).toEqual({ isWell: true, pictures: wanted });
  });

  test('may be cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const chunks = edges.slice(1).map((edge, index) => stream.subarray(edges[index], edge));
        expect(read(chunks)).toEqual({ isWell: true, pictures: wanted });
      }),
    );
  });

  test('is told apart from what is something else', () => {
    expect(read([Buffer.from('what is this? not FLV')]).isWell).toBe(false);
    const vp6 = tag(9, 0, hex('1401000000'));
    expect(read([Buffer.concat([fileHead, vp6])]).isWell).toBe(false);
    const endless = tag(9, 0, hex('1701000000' + '00ffffff' + '65'));
    expect(read([Buffer.concat([fileHead, endless])]).isWell).toBe(false);
  });

  test('any bytes are read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        read([fileHead, Buffer.from(bytes)]);
        read([Buffer.from(bytes)]);
      }),
    );
  });
});
