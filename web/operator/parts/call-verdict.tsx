/** What whoever has the caller on another line wants to know first: how it stands, and what helps. */
import { usePage, useSay, useText } from '../context.ts';
import type { Call } from '../../shared/api.ts';
import { badWays } from '../quality-plot.ts';
import { tellEnding } from '../story.ts';
import { stateAdvice, unheardAdvice, wayAdvice } from '../words/sound-words.ts';
import { QualityMark } from './quality-mark.tsx';

export function CallVerdict({ call }: { readonly call: Call }) {
  const { language } = usePage();
  const say = useSay();
  const text = useText();
  const ending = tellEnding(call.termination, language);
  return (
    <>
      {ending !== undefined && (
        <section className={ending.isTrouble ? 'note trouble' : 'note'}>
          <p className="lead">{ending.why}</p>
          <h2 className="small">{say('what-to-do')}</h2>
          <p>{ending.whatToDo}</p>
        </section>
      )}
      {call.state !== 'ended' && (
        <section className="note" aria-label={say('what-to-do')}>
          <p>{text(stateAdvice[call.state])}</p>
        </section>
      )}
      <SoundVerdict call={call} />
    </>
  );
}

/** Whose side is bad; nothing where none is. */
function SoundVerdict({ call }: { readonly call: Call }) {
  const say = useSay();
  const text = useText();
  const { quality, timeline, state } = call;
  const heard = timeline.findLast(({ event }) => event === 'not-heard' || event === 'heard-again');
  const isUnheard = state !== 'ended' && heard?.event === 'not-heard';
  const bad = quality === null ? [] : badWays(quality);
  // What is not heard at all is not heard badly.
  const ways = bad.filter((way) => !isUnheard || way !== 'up');
  const why = heard?.fields?.['why'] === 'no-packets' ? 'no-packets' : 'silence';
  if (!isUnheard && ways.length === 0) return null;
  return (
    <section className="note trouble">
      {isUnheard && (
        <div>
          <p className="lead">{say('sound-none')}</p>
          <p>{text(unheardAdvice[why])}</p>
        </div>
      )}
      {ways.map((way) => (
        <div key={way}>
          <p className="lead">
            {say('sound-bad')}: {say(way)} <QualityMark mos={quality?.[way]?.mos ?? null} />
          </p>
          <p>{text(wayAdvice[way])}</p>
        </div>
      ))}
    </section>
  );
}
