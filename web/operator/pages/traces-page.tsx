/** What passes on the wire, for whoever looks for a fault: asked for, fetched, deleted; each with a reason. */
import { useEffect, useState } from 'react';
import type { Trace, Traces } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { dateAndTime, figure, timeOfDay } from '../format.ts';
import { AskButton } from '../parts/ask-button.tsx';
import { Field } from '../parts/field.tsx';
import { ListTable } from '../parts/list-table.tsx';
import { NewPanel } from '../parts/new-panel.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ReasonField } from '../parts/reason-field.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import type { PageWord } from '../words/page-words.ts';

/** A trace grows by itself. */
const readEveryMs = 5_000;

const stateWord = ({ state, truncated }: Trace): PageWord =>
  state === 'done' && truncated ? 'trace-full' : `trace-${state}`;

export function TracesPage() {
  const { api, language } = usePage();
  const say = useSay();
  const { answer, problem, again } = useAnswer<Traces>('/api/traces');
  useEffect(() => {
    const timer = window.setInterval(again, readEveryMs);
    return () => {
      clearInterval(timer);
    };
  }, [again]);
  return (
    <Page title={say('traces')}>
      <NewTrace onMade={again} />
      <ProblemNote problem={problem} />
      <ListTable
        label={say('traces')}
        rows={answer?.items}
        keyOf={({ traceId }) => traceId}
        columns={[
          { text: say('started'), cell: ({ startedAt }) => dateAndTime(startedAt, language) },
          { text: say('state'), cell: (trace) => say(stateWord(trace)) },
          {
            text: say('packets'),
            className: 'wide end figure',
            cell: ({ packets }) => figure(packets, language, 0),
          },
          {
            text: say('deleted-at'),
            className: 'wide',
            cell: ({ deletedAt }) => dateAndTime(deletedAt, language),
          },
          {
            text: say('actions'),
            cell: ({ traceId, packets, startedAt }) => (
              <span className="buttons">
                {packets > 0 && (
                  <a
                    className="button"
                    href={`/api/traces/${traceId}.pcap`}
                    aria-label={`${say('download')}: ${timeOfDay(startedAt, language)}`}
                    download
                  >
                    {say('download')}
                  </a>
                )}
                <AskButton
                  label={say('delete')}
                  of={timeOfDay(startedAt, language)}
                  question={say('delete-trace-sure')}
                  isHarsh
                  asksReason
                  onYes={(reason) =>
                    api.send<undefined>('DELETE', `/api/traces/${traceId}`, { reason }).then(again)
                  }
                />
              </span>
            ),
          },
        ]}
      />
    </Page>
  );
}

function NewTrace({ onMade }: { readonly onMade: () => void }) {
  const { api } = usePage();
  const say = useSay();
  const [number, setNumber] = useState('');
  const [minutes, setMinutes] = useState('30');
  const [reason, setReason] = useState('');
  const begin = async (): Promise<void> => {
    await api.send('POST', '/api/traces', { number, minutes: Number(minutes), reason });
    setNumber('');
    setReason('');
    onMade();
  };
  return (
    <NewPanel title={say('new-trace')} make={say('begin')} hint={say('trace-hint')} onMake={begin}>
      <Field label={say('caller')} type="tel" required value={number} onText={setNumber} />
      <Field
        label={say('minutes')}
        type="number"
        min={1}
        max={120}
        required
        value={minutes}
        onText={setMinutes}
      />
      <ReasonField value={reason} onText={setReason} />
    </NewPanel>
  );
}
