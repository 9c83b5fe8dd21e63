/**
 * RIFF WAVE files: what recording programs write, read into 16-bit mono; and the plain form written.
 * Integer PCM of 8, 16, 24 and 32 bits, 32-bit float, A-law and µ-law, one or two channels,
 * 8 to 48 kHz, with or without WAVE_FORMAT_EXTENSIBLE.
 */
import { g711DecodingTable } from './g711.ts';

export interface WavSound {
  readonly rateHz: number;
  /** Two channels are averaged to one. */
  readonly pcm: Int16Array;
}

export interface WavProblem {
  /** A predicate that follows the file's name: "has 6 channels; 1 or 2 are supported". */
  readonly problem: string;
}

/** wFormatTag, mmreg.h */
const formatPcm = 1;
const formatFloat = 3;
const formatALaw = 6;
const formatMuLaw = 7;
const formatExtensible = 0xfffe;

interface WavFormat {
  readonly tag: number;
  readonly channels: number;
  readonly rateHz: number;
  readonly bits: number;
}

export function parseWav(bytes: Uint8Array): WavSound | WavProblem {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (textAt(view, 0) !== 'RIFF' || textAt(view, 8) !== 'WAVE')
    return { problem: 'is not a WAV file' };
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= view.byteLength;) {
    const chunk = textAt(view, at);
    const start = at + 8;
    // Recorders that stream leave the size at 0xffffffff: the file's end counts then.
    const size = Math.min(view.getUint32(at + 4, true), view.byteLength - start);
    if (chunk === 'fmt ') {
      if (size < 16) return { problem: 'has a damaged format chunk' };
      format = formatAt(view, start, size);
      const problem = problemOf(format);
      if (problem !== undefined) return { problem };
    } else if (chunk === 'data') {
      if (format === undefined) return { problem: 'has sound before its format' };
      return soundOf(format, view, start, size);
    }
    at = start + size + (size & 1);
  }
  return { problem: 'holds no sound' };
}

/** A 16-bit mono WAV file. */
export function writeWav(pcm: Int16Array, rateHz: number): Uint8Array {
  const headerBytes = 44;
  const bytes = new Uint8Array(headerBytes + pcm.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, name: string): void => {
    for (let i = 0; i < 4; i++) bytes[at + i] = name.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVE');
  text(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, formatPcm, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, pcm.length * 2, true);
  for (let i = 0; i < pcm.length; i++) view.setInt16(headerBytes + i * 2, pcm[i]!, true);
  return bytes;
}

function textAt(view: DataView, at: number): string {
  if (at + 4 > view.byteLength) return '';
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

function formatAt(view: DataView, at: number, size: number): WavFormat {
  const tag = view.getUint16(at, true);
  // The real tag of an extensible format is the first two bytes of its SubFormat GUID.
  const realTag = tag === formatExtensible && size >= 40 ? view.getUint16(at + 24, true) : tag;
  return {
    tag: realTag,
    channels: view.getUint16(at + 2, true),
    rateHz: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
}

function problemOf({ tag, channels, rateHz, bits }: WavFormat): string | undefined {
  if (channels !== 1 && channels !== 2) return `has ${channels} channels; 1 or 2 are supported`;
  if (rateHz < 8000 || rateHz > 48_000) return `is at ${rateHz} Hz; 8000 to 48000 are supported`;
  if (readerOf(tag, bits) === undefined)
    return `has format ${tag} with ${bits} bits; PCM 8 to 32, float 32, A-law and µ-law are supported`;
  return undefined;
}

type SampleReader = (view: DataView, at: number) => number;

function readerOf(tag: number, bits: number): SampleReader | undefined {
  if (tag === formatPcm && bits === 8) return (view, at) => (view.getUint8(at) - 128) << 8;
  if (tag === formatPcm && bits === 16) return (view, at) => view.getInt16(at, true);
  if (tag === formatPcm && bits === 24) return (view, at) => view.getInt16(at + 1, true);
  if (tag === formatPcm && bits === 32) return (view, at) => view.getInt16(at + 2, true);
  if (tag === formatFloat && bits === 32) return (view, at) => fromFloat(view.getFloat32(at, true));
  if (tag === formatALaw && bits === 8)
    return (view, at) => g711DecodingTable.PCMA[view.getUint8(at)]!;
  if (tag === formatMuLaw && bits === 8)
    return (view, at) => g711DecodingTable.PCMU[view.getUint8(at)]!;
  return undefined;
}

const fromFloat = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768)));

function soundOf(
  { tag, channels, rateHz, bits }: WavFormat,
  view: DataView,
  start: number,
  size: number,
): WavSound | WavProblem {
  const read = readerOf(tag, bits);
  const bytesPerSample = bits / 8;
  const samples = Math.floor(size / (bytesPerSample * channels));
  if (read === undefined || samples === 0) return { problem: 'holds no sound' };
  const pcm = new Int16Array(samples);
  for (let i = 0; i < samples; i++) {
    const at = start + i * channels * bytesPerSample;
    const left = read(view, at);
    pcm[i] = channels === 1 ? left : (left + read(view, at + bytesPerSample)) / 2;
  }
  return { rateHz, pcm };
}
