/**
 * Plays utterances into 20 ms frames: prompts and music from the library, speech that was made, tones with
 * soft edges, silence.
 * What is stopped or replaced fades out over 5 ms, so that barge-in does not click.
 *
 *   idle ──play──▶ playing ──last sample──▶ idle, ended
 *    ▲               │ play: the old fades under the new
 *    └──── stop ─────┘
 */
import type { Utterance } from '../../call/ports/sip-engine.ts';
import { musicOf, promptOf, type PromptLibrary } from './prompt-library.ts';
import { resample } from './resample.ts';
import { tonePeak, toneSample } from './tone.ts';

export interface SoundPlayer {
  /** Plays from the next frame on, in place of whatever was playing. */
  play(utterance: Utterance): void;
  stop(): void;
  isPlaying(): boolean;
  /**
   * Fills `out` with the next samples, silence after the end. Returns false, and leaves `out`
   * alone, where there is nothing to hear.
   */
  pull(out: Int16Array): boolean;
  /** The utterance that was heard to its end since the last call, once. */
  takeEnded(): number | undefined;
}

/** One sound made ready to be copied or computed. */
interface Segment {
  readonly samples: number;
  readonly pcm: Int16Array | undefined;
  readonly hz: number;
  readonly peak: number;
}

const fadeMs = 5;

/** `rateHz` is the rate of the frames and of `library`. Prompts the library lacks are skipped. */
export function createSoundPlayer(library: PromptLibrary, rateHz: number): SoundPlayer {
  if (library.rateHz !== rateHz)
    throw new RangeError(`prompts are at ${library.rateHz} Hz, not ${rateHz}`);
  const fade = new Int16Array((fadeMs * rateHz) / 1000);
  let fadePending = false;
  let segments: readonly Segment[] = [];
  let segmentIndex = 0;
  let position = 0;
  let currentId: number | undefined;
  let endedId: number | undefined;

  const segmentOf = (sound: Utterance['sounds'][number]): Segment => {
    switch (sound.kind) {
      case 'silence':
        return { samples: samplesIn(sound.ms, rateHz), pcm: undefined, hz: 0, peak: 0 };
      case 'tone':
        return {
          samples: samplesIn(sound.ms, rateHz),
          pcm: undefined,
          hz: sound.hz,
          peak: tonePeak(sound.levelDbm0),
        };
      case 'prompt': {
        const pcm = promptOf(library, sound.language, sound.file);
        return { samples: pcm?.length ?? 0, pcm, hz: 0, peak: 0 };
      }
      case 'music': {
        const pcm = musicOf(library);
        // Without end: it sounds until something else does.
        return { samples: pcm === undefined ? 0 : Infinity, pcm, hz: 0, peak: 0 };
      }
      case 'made': {
        const made = new Int16Array(sound.pcm);
        const pcm = sound.rateHz === rateHz ? made : resample(made, sound.rateHz, rateHz);
        return { samples: pcm.length, pcm, hz: 0, peak: 0 };
      }
    }
  };

  /** Writes the next samples over `out`; returns how many there were. */
  const render = (out: Int16Array): number => {
    let at = 0;
    while (at < out.length && segmentIndex < segments.length) {
      const segment = segments[segmentIndex]!;
      const count = Math.min(out.length - at, segment.samples - position);
      copySegment(segment, position, out, at, count, rateHz);
      at += count;
      position += count;
      if (position >= segment.samples) {
        segmentIndex++;
        position = 0;
      }
    }
    return at;
  };

  const fadeOutCurrent = (): void => {
    const begun = segmentIndex > 0 || position > 0;
    if (currentId !== undefined && begun) {
      const samples = render(fade);
      fade.fill(0, samples);
      for (let i = 0; i < samples; i++) fade[i] = fade[i]! * (1 - i / fade.length);
      fadePending = true;
    }
    currentId = undefined;
  };

  return {
    play: (utterance) => {
      fadeOutCurrent();
      segments = utterance.sounds.map(segmentOf);
      segmentIndex = 0;
      position = 0;
      currentId = utterance.utteranceId;
    },
    stop: fadeOutCurrent,
    isPlaying: () => currentId !== undefined,
    pull: (out) => {
      if (currentId === undefined && !fadePending) return false;
      const samples = currentId === undefined ? 0 : render(out);
      out.fill(0, samples);
      if (fadePending) {
        for (let i = 0; i < fade.length; i++)
          out[i] = Math.max(-32_768, Math.min(32_767, out[i]! + fade[i]!));
        fadePending = false;
      }
      if (currentId !== undefined && segmentIndex >= segments.length) {
        endedId = currentId;
        currentId = undefined;
      }
      return true;
    },
    takeEnded: () => {
      const id = endedId;
      endedId = undefined;
      return id;
    },
  };
}

const samplesIn = (ms: number, rateHz: number): number => Math.round((ms * rateHz) / 1000);

function copySegment(
  { samples, pcm, hz, peak }: Segment,
  from: number,
  out: Int16Array,
  at: number,
  count: number,
  rateHz: number,
): void {
  if (pcm !== undefined) {
    for (let i = 0; i < count; i++) out[at + i] = pcm[(from + i) % pcm.length]!;
  } else if (hz === 0) {
    out.fill(0, at, at + count);
  } else {
    for (let i = 0; i < count; i++) out[at + i] = toneSample(from + i, samples, hz, peak, rateHz);
  }
}
