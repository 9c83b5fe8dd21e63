/** Who did what, newest first. */
import { useEffect, useState } from 'react';
import type { AuditPage as Audit } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { dateAndTime } from '../format.ts';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useAnswer } from '../parts/use-answer.ts';

const path = '/api/audit?limit=50';

export function AuditPage() {
  const { api } = usePage();
  const say = useSay();
  const { answer, problem } = useAnswer<Audit>(path);
  const [page, setPage] = useState<Audit>({ items: [], nextCursor: null });
  const [moreProblem, setMoreProblem] = useState<unknown>();
  useEffect(() => {
    if (answer !== undefined) setPage(answer);
  }, [answer]);
  const readMore = (): void => {
    const cursor = encodeURIComponent(page.nextCursor ?? '');
    api.get<Audit>(`${path}&cursor=${cursor}`).then((next) => {
      setPage({ items: [...page.items, ...next.items], nextCursor: next.nextCursor });
    }, setMoreProblem);
  };
  return (
    <Page title={say('audit')}>
      <ProblemNote problem={problem ?? moreProblem} />
      <AuditTable items={page.items} />
      {page.nextCursor !== null && (
        <button type="button" onClick={readMore}>
          {say('more')}
        </button>
      )}
    </Page>
  );
}

function AuditTable({ items }: { readonly items: Audit['items'] }) {
  const { language } = usePage();
  const say = useSay();
  return (
    <table aria-label={say('audit')}>
      <thead>
        <tr>
          <th scope="col">{say('time')}</th>
          <th scope="col">{say('actor')}</th>
          <th scope="col">{say('action')}</th>
          <th scope="col" className="wide">
            {say('target')}
          </th>
          <th scope="col" className="wide">
            {say('reason')}
          </th>
          <th scope="col" className="end">
            {say('answer')}
          </th>
          <th scope="col" className="wide">
            {say('address')}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((entry) => (
          <tr key={entry.auditId}>
            <td className="figure">
              <time dateTime={entry.at}>{dateAndTime(entry.at, language)}</time>
            </td>
            <td>{entry.actor}</td>
            <td>
              <code>{entry.action}</code>
            </td>
            <td className="wide">
              <code>{entry.target}</code>
            </td>
            <td className="wide">{entry.reason}</td>
            <td className="end figure">{entry.status}</td>
            <td className="wide figure">{entry.address}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
