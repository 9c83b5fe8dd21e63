/**
 * A speech program for tests: a second of one tone in place of each text, 700 Hz for names that begin
 * with K, 900 Hz for all others. Text on standard input, WAV on standard output, as espeak-ng does it.
 */
import { readFileSync } from 'node:fs';

const text = readFileSync(0, 'utf8');
const hz = text.startsWith('K') ? 700 : 900;
const samples = 22_050;
const wav = Buffer.alloc(44 + 2 * samples);
wav.write('RIFF', 0);
wav.writeUInt32LE(36 + 2 * samples, 4);
wav.write('WAVEfmt ', 8);
wav.writeUInt32LE(16, 16);
wav.writeUInt16LE(1, 20);
wav.writeUInt16LE(1, 22);
wav.writeUInt32LE(22_050, 24);
wav.writeUInt32LE(44_100, 28);
wav.writeUInt16LE(2, 32);
wav.writeUInt16LE(16, 34);
wav.write('data', 36);
wav.writeUInt32LE(2 * samples, 40);
for (let i = 0; i < samples; i++)
  wav.writeInt16LE(Math.round(3_000 * Math.sin((2 * Math.PI * hz * i) / 22_050)), 44 + 2 * i);
process.stdout.write(wav);
