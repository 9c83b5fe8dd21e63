/** What a test of somebody's sound comes to, in words. The limits are those of a telephone room, not of a studio. */
import type { SoundReport } from '../call/ports/sip-engine.ts';
import type { PhraseKey } from './manuscript.ts';

/** Speech on the telephone lies around -20 dBm0 (ITU-T P.56 active level); a mobile at arm's length is 15 dB under. */
const quietDbfs = -38;
const loudDbfs = -9;
const clippedPct = 1;
const echoShare = 0.6;
/** Where gaps begin to be heard, and where the jitter buffer has to stretch. */
const lossPct = 2;
const jitterMs = 40;

/** Most important first; all that is wrong is said, and one thing where nothing is. */
export function soundVerdict(report: SoundReport): readonly PhraseKey[] {
  if (report.levelDbfs === undefined) return ['test-nothing'];
  const wrong: readonly (readonly [boolean, PhraseKey])[] = [
    [report.levelDbfs > loudDbfs || report.clippedPct > clippedPct, 'test-loud'],
    [report.levelDbfs < quietDbfs, 'test-quiet'],
    [report.echo > echoShare, 'test-echo'],
    [report.lossPct > lossPct || report.jitterMs > jitterMs, 'test-losses'],
  ];
  const said = wrong.flatMap(([isWrong, key]) => (isWrong ? [key] : []));
  return said.length === 0 ? ['test-good'] : said;
}
