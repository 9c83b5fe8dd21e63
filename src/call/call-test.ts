/**
 * The test call: the caller says something, hears it, and is told in words how it sounded.
 *
 *   confirming, or the test ID keyed in ──▶ testing: words, tone ──▶ listening, played back ──▶ goodbye
 *
 * What was said is in the media worker's memory for these seconds and nowhere else.
 */
import { phrase } from '../ivr/phrase.ts';
import { soundVerdict } from '../ivr/sound-verdict.ts';
import { enter, type CallContext } from './call-context.ts';
import { beginRequest } from './call-requests.ts';
import { endWithWords } from './call-ending.ts';
import type { CallOutput } from './call-messages.ts';
import type { SoundReport } from './ports/sip-engine.ts';

type Outputs = readonly CallOutput[];

/** Listening and playing back take twice the listening. */
const soundTestTimeoutMs = 60_000;

export function beginSoundTest(c: CallContext, now: number): Outputs {
  c.ivr.stop();
  enter(c, 'testing');
  return c.speaker.say(now, [phrase('test-begin')], true);
}

/** The tone is over. */
export function listenToCaller(c: CallContext, now: number): Outputs {
  if (c.awaited !== undefined) return [];
  const requestId = beginRequest(c, now, 'sound-tested', soundTestTimeoutMs);
  return [{ do: 'test-sound', requestId }];
}

export function tellSound(c: CallContext, now: number, report: SoundReport | undefined): Outputs {
  if (report === undefined) return endWithWords(c, now, 'no-media', phrase('try-later'));
  const verdict = soundVerdict(report);
  const { levelDbfs, lossPct, jitterMs } = report;
  const fields = {
    heard: verdict.join(' '),
    ...(levelDbfs === undefined ? {} : { levelDbfs }),
    lossPct,
    jitterMs,
  };
  return [
    { do: 'note', event: 'sound-tested', fields },
    ...endWithWords(c, now, 'test-over', ...verdict.map(phrase), phrase('test-goodbye')),
  ];
}
