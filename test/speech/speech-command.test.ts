import { afterEach, describe, expect, test } from 'vitest';
import { spokenGainDb } from '../../src/bridge/audio/loudness.ts';
import { writeWav } from '../../src/bridge/audio/wav.ts';
import { madeSound } from '../../src/speech/made-sound.ts';
import { createSpeechCommand, type SpeechCommand } from '../../src/speech/speech-command.ts';
import { amplitudeAt, sine } from '../support/sounds.ts';

const rateHz = 8_000;
/** A second of a tone with half a second of silence around it, at the rate of a good voice. */
const recording = (amplitude: number): Uint8Array => {
  const pcm = new Int16Array(44_100);
  pcm.set(sine(22_050, 400, amplitude, 22_050), 11_025);
  return writeWav(pcm, 22_050);
};

describe('speech that was made', () => {
  test.each([300, 3_000, 30_000])('of amplitude %i is as loud as the prompts', (amplitude) => {
    const sound = madeSound(recording(amplitude), rateHz)!;
    const pcm = new Int16Array(sound.pcm);
    expect(sound.rateHz).toBe(rateHz);
    expect(spokenGainDb(pcm, rateHz)).toBeCloseTo(0, 0);
    expect(amplitudeAt(pcm.subarray(800, 8_000), 400, rateHz)).toBeCloseTo(4_634, -2);
  });

  test('has no long silence, and no click at its ends', () => {
    const pcm = new Int16Array(madeSound(recording(8_000), rateHz)!.pcm);
    expect(pcm.length).toBeGreaterThan(8_000);
    expect(pcm.length).toBeLessThan(9_200);
    expect(Math.max(...pcm.subarray(0, 481).map(Math.abs))).toBeLessThan(300);
  });

  test('is none where there is no WAV, silence, or too much', () => {
    expect(madeSound(new Uint8Array(100), rateHz)).toBeUndefined();
    expect(madeSound(writeWav(new Int16Array(8_000), 8_000), rateHz)).toBeUndefined();
    expect(madeSound(writeWav(sine(88_000, 400, 500, 8_000), 8_000), rateHz)).toBeUndefined();
  });
});

describe('a speech program', () => {
  const log: { readonly fields: object; readonly message: string }[] = [];
  let speech: SpeechCommand | undefined;
  /** A program of Node's: the script sees `text` and writes what it likes. */
  const program = (script: string, timeLimitMs = 20_000): SpeechCommand => {
    log.length = 0;
    const note = (fields: object, message: string): void => void log.push({ fields, message });
    const logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
    speech = createSpeechCommand({
      command: [process.execPath, '-e', script, '{language}'],
      rateHz,
      timeLimitMs,
      log: logger,
    });
    return speech;
  };
  afterEach(() => speech?.close());

  test('gets the text on its input and the language as an argument, and nothing of our environment', async () => {
    // As long as the answer is: 10 ms of tone for each letter.
    const voice = program(`
      const [language] = process.argv.slice(1);
      if (Object.keys(process.env).some((key) => !['PATH', 'LANG'].includes(key))) process.exit(3);
      let text = '';
      process.stdin.on('data', (part) => (text += part)).on('end', () => {
        const samples = text.trim() === 'Åsa' && language === 'da' ? 8000 : 0;
        const wav = Buffer.alloc(44 + 2 * samples);
        wav.write('RIFF', 0); wav.writeUInt32LE(0xffffffff, 4); wav.write('WAVEfmt ', 8);
        wav.writeUInt32LE(16, 16); wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22);
        wav.writeUInt32LE(8000, 24); wav.writeUInt32LE(16000, 28); wav.writeUInt16LE(2, 32);
        wav.writeUInt16LE(16, 34); wav.write('data', 36); wav.writeUInt32LE(0xffffffff, 40);
        for (let i = 0; i < samples; i++) wav.writeInt16LE(Math.round(5000 * Math.sin(i / 3)), 44 + 2 * i);
        process.stdout.write(wav);
      });`);
    expect((await voice.make('Åsa', 'da'))?.pcm.byteLength).toBeGreaterThan(15_000);
    expect(log).toEqual([]);
  });

  test.each([
    ['that fails', 'process.exit(1)', 'failed'],
    ['that says nothing', '0', 'no-sound'],
    [
      'that writes without end',
      'setInterval(() => process.stdout.write(Buffer.alloc(1e6)), 0)',
      'too-much',
    ],
  ])(
    '%s gives nothing, and the log tells so once without the text',
    async (_name, script, failure) => {
      const voice = program(script);
      expect(await voice.make('Karin Ek', 'sv')).toBeUndefined();
      expect(await voice.make('Karin Ek', 'sv')).toBeUndefined();
      expect(log).toEqual([{ fields: { failure }, message: 'speech program gave nothing to say' }]);
    },
  );

  test('that takes too long is ended', async () => {
    const voice = program('setInterval(() => 0, 1000)', 300);
    expect(await voice.make('Karin Ek', 'sv')).toBeUndefined();
    expect(log).toMatchObject([{ fields: { failure: 'too-slow' } }]);
  });

  test('that is not there gives nothing', async () => {
    const note = (fields: object): void => void log.push({ fields, message: '' });
    log.length = 0;
    const logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
    speech = createSpeechCommand({ command: ['/nowhere/voice'], rateHz, log: logger });
    expect(await speech.make('Karin Ek', 'sv')).toBeUndefined();
    expect(log).toMatchObject([{ fields: { failure: 'not-started' } }]);
  });

  test('answers all who ask at once, a few at a time, and none after it is closed', async () => {
    const program20 = program('process.exit(1)');
    const asked = Array.from({ length: 6 }, () => program20.make('Karin Ek', 'sv'));
    expect(await Promise.all(asked)).toEqual(Array(6).fill(undefined));
    const waiting = Array.from({ length: 4 }, () => program20.make('Karin Ek', 'sv'));
    program20.close();
    expect(await Promise.all(waiting)).toEqual(Array(4).fill(undefined));
    expect(await program20.make('Karin Ek', 'sv')).toBeUndefined();
  });
});
