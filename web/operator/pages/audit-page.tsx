/** Who did what, newest first. */
import { useEffect, useState } from 'react';
import type { AuditPage as Audit } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { dateAndTime } from '../format.ts';
import { ListTable } from '../parts/list-table.tsx';
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
      {answer !== undefined && <AuditTable items={page.items} />}
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
    <ListTable
      label={say('audit')}
      rows={items}
      keyOf={({ auditId }) => auditId}
      columns={[
        {
          text: say('time'),
          className: 'figure',
          cell: ({ at }) => <time dateTime={at}>{dateAndTime(at, language)}</time>,
        },
        { text: say('actor'), cell: ({ actor }) => actor },
        { text: say('action'), cell: ({ action }) => <code>{action}</code> },
        { text: say('target'), className: 'wide', cell: ({ target }) => <code>{target}</code> },
        { text: say('reason'), className: 'wide', cell: ({ reason }) => reason },
        { text: say('answer'), className: 'end figure', cell: ({ status }) => status },
        { text: say('address'), className: 'wide figure', cell: ({ address }) => address },
      ]}
    />
  );
}
