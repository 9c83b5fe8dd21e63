import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { g711DecodingTable } from '../../../src/bridge/audio/g711.ts';
import { parseWav, writeWav } from '../../../src/bridge/audio/wav.ts';

interface Form {
  readonly tag: number;
  readonly bits: number;
  readonly channels?: number;
  readonly rateHz?: number;
  readonly data: Buffer;
  readonly extensible?: boolean;
  readonly chunkBefore?: Buffer;
  readonly dataSize?: number;
}

function wavOf({ tag, bits, channels = 1, rateHz = 8000, data, ...more }: Form): Buffer {
  const format = Buffer.alloc(more.extensible ? 40 : 16);
  format.writeUInt16LE(more.extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rateHz, 4);
  format.writeUInt32LE((rateHz * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  if (more.extensible) format.writeUInt16LE(tag, 24);
  const chunk = (name: string, body: Buffer, size = body.length): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, 0, 'latin1');
    head.writeUInt32LE(size, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
  };
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    ...(more.chunkBefore ? [chunk('LIST', more.chunkBefore)] : []),
    chunk('fmt ', format),
    chunk('data', data, more.dataSize ?? data.length),
  ]);
  return chunk('RIFF', body);
}

const pcmOf = (form: Form): number[] => {
  const wav = parseWav(wavOf(form));
  if ('problem' in wav) throw new Error(wav.problem);
  return [...wav.pcm];
};

describe('parseWav', () => {
  it('reads integer PCM of every size', () => {
    expect(pcmOf({ tag: 1, bits: 8, data: Buffer.of(0, 128, 255) })).toEqual([-32768, 0, 32512]);
    expect(pcmOf({ tag: 1, bits: 16, data: Buffer.of(0x34, 0x12, 0, 0x80) })).toEqual([
      0x1234, -32768,
    ]);
    expect(pcmOf({ tag: 1, bits: 24, data: Buffer.of(9, 0x34, 0x12) })).toEqual([0x1234]);
    expect(pcmOf({ tag: 1, bits: 32, data: Buffer.of(9, 9, 0x34, 0x12) })).toEqual([0x1234]);
  });

  it('reads float, clipping what is beyond full scale', () => {
    const data = Buffer.alloc(16);
    for (const [i, value] of [0.5, -1, 3, Number.NaN].entries()) data.writeFloatLE(value, i * 4);
    expect(pcmOf({ tag: 3, bits: 32, data })).toEqual([16384, -32768, 32767, 0]);
  });

  it('reads A-law and µ-law', () => {
    expect(pcmOf({ tag: 6, bits: 8, data: Buffer.of(0x2a) })).toEqual([
      g711DecodingTable.PCMA[0x2a],
    ]);
    expect(pcmOf({ tag: 7, bits: 8, data: Buffer.of(0x00) })).toEqual([-32124]);
  });

  it('averages two channels, skips other chunks and takes the extensible form', () => {
    const data = Buffer.of(100, 0, 200, 0);
    expect(
      pcmOf({
        tag: 1,
        bits: 16,
        channels: 2,
        data,
        extensible: true,
        chunkBefore: Buffer.alloc(7),
      }),
    ).toEqual([150]);
  });

  it('takes a data size that runs past the end, as streaming recorders leave it', () => {
    expect(pcmOf({ tag: 1, bits: 16, data: Buffer.of(1, 0), dataSize: 0xffffffff })).toEqual([1]);
  });

  it.each<[string, Form]>([
    ['has 6 channels', { tag: 1, bits: 16, channels: 6, data: Buffer.alloc(12) }],
    ['is at 96000 Hz', { tag: 1, bits: 16, rateHz: 96_000, data: Buffer.alloc(2) }],
    ['has format 85 with 16 bits', { tag: 85, bits: 16, data: Buffer.alloc(2) }],
    ['holds no sound', { tag: 1, bits: 16, data: Buffer.alloc(0) }],
  ])('says what is wrong: %s', (problem, form) => {
    const wav = parseWav(wavOf(form));
    expect('problem' in wav && wav.problem).toContain(problem);
  });

  it('throws on no bytes whatever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, likely) => {
        const file = likely
          ? Buffer.concat([wavOf({ tag: 1, bits: 16, data: Buffer.alloc(4) })])
          : Buffer.from(bytes);
        if (likely)
          for (const [i, byte] of bytes.entries()) if (i % 5 === 0) file[12 + (i % 40)] = byte;
        expect(() => parseWav(file)).not.toThrow();
      }),
    );
  });

  it('reads back what writeWav wrote', () => {
    fc.assert(
      fc.property(fc.int16Array({ minLength: 1 }), (pcm) => {
        expect(parseWav(writeWav(pcm, 16_000))).toEqual({ rateHz: 16_000, pcm });
      }),
    );
  });
});
