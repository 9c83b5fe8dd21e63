/** The call log. What is looked for is in the address: it can be sent to a colleague. */
import { type SubmitEvent, useEffect, useState } from 'react';
import type { CallPage } from '../../shared/api.ts';
import type { CallSummary } from '../../../src/http/call-schemas.ts';
import { usePage, useSay, useText } from '../context.ts';
import { clockSpan, dateAndTime, lengthMs, spacedCallId, spacedCode } from '../format.ts';
import { apiQuery, emptySearch, type Search, searchOf, toAddress } from '../log-search.ts';
import { CallLink } from '../parts/call-link.tsx';
import { Heads } from '../parts/heads.tsx';
import { LogForm } from '../parts/log-form.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { QualityMark } from '../parts/quality-mark.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { navigate, root, useAddress } from '../router.ts';
import { tellEnding } from '../story.ts';
import { resultWords, stateWords } from '../words/fact-words.ts';

export function LogPage() {
  const { language } = usePage();
  const say = useSay();
  const address = useAddress();
  const search = searchOf(new URLSearchParams(address.split('?')[1] ?? ''));
  const query = apiQuery(search);
  const separator = language === 'en' ? 'comma' : 'semicolon';
  const look = (next: Search): void => {
    navigate(toAddress(`${root}/log`, next));
  };
  return (
    <Page
      title={say('log')}
      beside={
        <a className="button" href={`/api/calls.csv?${query}separator=${separator}`} download>
          {say('save-csv')}
        </a>
      }
    >
      <LogForm
        key={address}
        search={search}
        onSearch={look}
        onClear={() => {
          look(emptySearch);
        }}
      />
      <Results key={query} query={query} />
    </Page>
  );
}

function Results({ query }: { readonly query: string }) {
  const { api } = usePage();
  const say = useSay();
  const first = useAnswer<CallPage>(`/api/calls?${query}limit=50`);
  const [more, setMore] = useState<CallPage>({ items: [], nextCursor: null });
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    setMore({ items: [], nextCursor: first.answer?.nextCursor ?? null });
  }, [first.answer]);

  const readMore = (event: SubmitEvent): void => {
    event.preventDefault();
    const cursor = encodeURIComponent(more.nextCursor ?? '');
    api.get<CallPage>(`/api/calls?${query}limit=50&cursor=${cursor}`).then((page) => {
      setMore({ items: [...more.items, ...page.items], nextCursor: page.nextCursor });
    }, setProblem);
  };

  if (first.problem !== undefined) return <ProblemNote problem={first.problem} />;
  if (first.answer === undefined) return <p className="empty">{say('loading')}</p>;
  const calls = [...first.answer.items, ...more.items];
  return (
    <section>
      <p role="status" className="found">
        {say('found', { count: calls.length })}
      </p>
      {calls.length === 0 ? <p className="empty">{say('nothing')}</p> : <LogTable calls={calls} />}
      <ProblemNote problem={problem} />
      {more.nextCursor !== null && (
        <form onSubmit={readMore} className="more">
          <button type="submit">{say('more')}</button>
        </form>
      )}
    </section>
  );
}

function LogTable({ calls }: { readonly calls: readonly CallSummary[] }) {
  const say = useSay();
  return (
    <table className="calls" aria-label={say('log')}>
      <Heads
        heads={[
          { text: say('caller') },
          { text: say('outcome') },
          { text: say('meeting'), className: 'wide' },
          { text: say('started') },
          { text: say('duration'), className: 'wide end' },
          { text: say('quality'), className: 'wide' },
          { text: say('code'), className: 'wide' },
        ]}
      />
      <tbody>
        {calls.map((call) => (
          <LogRow key={call.legId} call={call} />
        ))}
      </tbody>
    </table>
  );
}

function LogRow({ call }: { readonly call: CallSummary }) {
  const { language } = usePage();
  const text = useText();
  const { legId, direction, protectedIdentity: isProtected } = call;
  const caller = {
    legId,
    direction,
    isProtected,
    from: direction === 'outbound' ? call.to : call.from,
  };
  const ending = tellEnding(call.termination, language);
  return (
    <tr>
      <th scope="row">
        <CallLink call={caller} />
      </th>
      <td>
        {call.termination === null ? (
          <span className={`state ${call.state}`}>{text(stateWords[call.state])}</span>
        ) : (
          <>
            <span className={`result ${call.termination.result}`}>
              {text(resultWords[call.termination.result])}
            </span>
            <span className="why">{ending?.why}</span>
          </>
        )}
      </td>
      <td className="wide figure">{call.callId === null ? '–' : spacedCallId(call.callId)}</td>
      <td className="figure">
        <time dateTime={call.startedAt}>{dateAndTime(call.startedAt, language)}</time>
      </td>
      <td className="wide end figure">{clockSpan(lengthMs(call, Date.now()))}</td>
      <td className="wide">
        <QualityMark mos={call.mos} />
      </td>
      <td className="wide figure">
        {call.supportCode === null ? '' : spacedCode(call.supportCode)}
      </td>
    </tr>
  );
}
