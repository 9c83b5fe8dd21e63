import { describe, expect, it } from 'vitest';
import { playbackOf } from '../../../src/sip/drachtio/freeswitch-sounds.ts';

describe('an utterance in FreeSWITCH’s words', () => {
  it('is all its sounds in one playback', () => {
    expect(
      playbackOf(
        {
          utteranceId: 1,
          phrases: [],
          sounds: [
            { kind: 'silence', ms: 240.4 },
            { kind: 'tone', hz: 440, ms: 160, levelDbm0: -26 },
            { kind: 'prompt', language: 'sv', file: 'enter-id.wav' },
          ],
        },
        '/srv/prompts',
      ),
    ).toBe('silence_stream://240!tone_stream://v=-26;%(160,0,440)!/srv/prompts/sv/enter-id.wav');
  });

  it('leaves out silence of no length', () => {
    const sounds = [{ kind: 'silence', ms: 0 }] as const;
    expect(playbackOf({ utteranceId: 1, phrases: [], sounds }, '/p')).toBeUndefined();
  });
});
