import type { Call, Ladder } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { figure, timeOfDay } from '../format.ts';
import { type LadderLine, tellLadder } from '../ladder.ts';
import { useAnswer } from './use-answer.ts';

/** The SIP of a call between two lines, theirs and ours: to look at a ladder, to hear a list. */
export function SipLadder({ call }: { readonly call: Call }) {
  const { language } = usePage();
  const say = useSay();
  // There is more of it when the story has gone on: the address alone would not say so.
  const { answer } = useAnswer<Ladder>(
    `/api/calls/${call.legId}/ladder`,
    `${call.state} ${call.timeline.length}`,
  );
  if (answer === undefined) return <p className="empty">{say('loading')}</p>;
  const lines = tellLadder(answer.items, language);
  if (lines.length === 0) return <p className="empty">{say('no-ladder')}</p>;
  return (
    <>
      <p className="fine">{say('ladder-hint')}</p>
      <div className="ladder-heads" aria-hidden="true">
        <span>{say('far-side')}</span>
        <span>{say('our-side')}</span>
      </div>
      <ol className="ladder">
        {lines.map((line, index) => (
          // Lines of the middle may be left out, never moved.
          <LadderStep key={index} line={line} />
        ))}
      </ol>
    </>
  );
}

function LadderStep({ line }: { readonly line: LadderLine }) {
  const { language } = usePage();
  const say = useSay();
  const { at, afterMs, direction, what, exchange, meaning, tone, message } = line;
  const words = (
    <>
      <time dateTime={at}>{timeOfDay(at, language)}</time>
      <span className={`wire ${direction} ${tone}`}>
        <span className="unseen">{say(direction === 'in' ? 'in-line' : 'out-line')}: </span>
        <span className="what">
          <strong>{/^\d/.test(what) ? `${what} (${exchange.replace(/^\d+ /, '')})` : what}</strong>
          {meaning !== '' && ` ${meaning}`}
        </span>
      </span>
      <span className="after figure">{gap(afterMs, language)}</span>
    </>
  );
  if (message.length === 0)
    return (
      <li>
        <div className="step">{words}</div>
      </li>
    );
  return (
    <li>
      <details>
        <summary className="step">{words}</summary>
        <pre tabIndex={0} aria-label={what}>
          {message.join('\n')}
        </pre>
      </details>
    </li>
  );
}

/** `+120 ms`, `+4.2 s`. */
function gap(ms: number, language: 'sv' | 'en' | 'da'): string {
  if (ms <= 0) return '';
  return ms < 1000 ? `+${ms} ms` : `+${figure(ms / 1000, language)} s`;
}
