/** How the gateway's calls to itself went: whether it works at all, before somebody has to say that it does not. */
import { useEffect } from 'react';
import type { Canary } from '../../shared/api.ts';
import { usePage, useSay, useText } from '../context.ts';
import { dateAndTime, figure } from '../format.ts';
import { ListTable } from '../parts/list-table.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { canaryWords } from '../words/sound-words.ts';

const readEveryMs = 15_000;

export function CanaryPage() {
  const { language } = usePage();
  const say = useSay();
  const { answer, problem, again } = useAnswer<Canary>('/api/canary');
  useEffect(() => {
    const timer = window.setInterval(again, readEveryMs);
    return () => {
      clearInterval(timer);
    };
  }, [again]);
  const took = (ms: number | null): string =>
    ms === null ? '–' : `${figure(ms / 1000, language)} s`;
  return (
    <Page title={say('canary')}>
      <ProblemNote problem={problem} />
      {answer !== undefined && <p className="lead">{howOften(answer, say)}</p>}
      {answer !== undefined && answer.items.length > 0 && (
        <ListTable
          label={say('canary')}
          rows={answer.items}
          keyOf={({ number }) => number}
          columns={[
            { text: say('caller'), className: 'figure', cell: ({ number }) => number },
            { text: say('outcome'), cell: ({ problem: why }) => <Outcome problem={why} /> },
            { text: say('time'), cell: ({ at }) => dateAndTime(at, language) },
            {
              text: say('answer-time'),
              className: 'wide end figure',
              cell: ({ answerMs }) => took(answerMs),
            },
            {
              text: say('join-time'),
              className: 'wide end figure',
              cell: ({ joinMs }) => took(joinMs),
            },
          ]}
        />
      )}
    </Page>
  );
}

function howOften({ everyMinutes, items }: Canary, say: ReturnType<typeof useSay>): string {
  if (everyMinutes === null) return say('canary-off');
  const often = say('canary-every', { minutes: everyMinutes });
  return items.length === 0 ? `${often} ${say('canary-none-yet')}` : often;
}

function Outcome({ problem }: { readonly problem: string | null }) {
  const say = useSay();
  const text = useText();
  if (problem === null) return <span className="result completed">{say('canary-good')}</span>;
  const words = canaryWords[problem];
  return (
    <span className="result breaks failed">{words === undefined ? problem : text(words)}</span>
  );
}
