/** Keys of programs: shown once, revoked at once. */
import { useState } from 'react';
import type { Keys, MadeKey } from '../../shared/api.ts';
import { usePage, useSay, useText } from '../context.ts';
import { dateAndTime } from '../format.ts';
import { AskButton } from '../parts/ask-button.tsx';
import { Field } from '../parts/field.tsx';
import { ListTable } from '../parts/list-table.tsx';
import { NewPanel, Secret } from '../parts/new-panel.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Scope, ScopeBoxes } from '../parts/scope-boxes.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { scopeWords } from '../words/fact-words.ts';

export function KeysPage() {
  const { api, language } = usePage();
  const say = useSay();
  const text = useText();
  const { answer, problem, again } = useAnswer<Keys>('/api/keys');
  const when = (time: string | null): string =>
    time === null ? say('never') : dateAndTime(time, language);
  return (
    <Page title={say('keys')}>
      <NewKey onMade={again} />
      <ProblemNote problem={problem} />
      <ListTable
        label={say('keys')}
        rows={answer?.items}
        keyOf={({ keyId }) => keyId}
        columns={[
          { text: say('key-name'), cell: ({ name }) => name },
          {
            text: say('scopes'),
            cell: ({ scopes }) => scopes.map((scope) => text(scopeWords[scope])).join(', '),
          },
          { text: say('unit'), className: 'wide', cell: ({ unit }) => unit },
          {
            text: say('created'),
            className: 'wide',
            cell: ({ createdAt, createdBy }) => (
              <>
                {when(createdAt)} <span className="fine">{createdBy}</span>
              </>
            ),
          },
          { text: say('expires'), className: 'wide', cell: ({ expiresAt }) => when(expiresAt) },
          {
            text: say('last-used'),
            className: 'wide',
            cell: ({ lastUsedAt }) => when(lastUsedAt),
          },
          {
            text: say('state'),
            cell: ({ keyId, name, revokedAt }) =>
              revokedAt === null ? (
                <AskButton
                  label={say('revoke')}
                  of={name}
                  question={say('revoke-sure', { name })}
                  isHarsh
                  onYes={() => api.send<undefined>('DELETE', `/api/keys/${keyId}`).then(again)}
                />
              ) : (
                say('revoked')
              ),
          },
        ]}
      />
    </Page>
  );
}

function NewKey({ onMade }: { readonly onMade: () => void }) {
  const { api } = usePage();
  const say = useSay();
  const [name, setName] = useState('');
  const [expires, setExpires] = useState('');
  const [unit, setUnit] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read-only']);
  const [made, setMade] = useState<MadeKey>();
  const make = async (): Promise<void> => {
    setMade(undefined);
    const key = await api.send<MadeKey>('POST', '/api/keys', {
      name,
      scopes,
      expiresAt: expires === '' ? null : new Date(expires).toISOString(),
      unit: unit === '' ? null : unit,
    });
    setMade(key);
    setName('');
    onMade();
  };
  return (
    <NewPanel
      title={say('new-key')}
      make={say('make')}
      isReady={scopes.length > 0}
      onMake={make}
      made={made && <Secret words={say('key-once')} secret={made.key} />}
    >
      <Field label={say('key-name')} required maxLength={80} value={name} onText={setName} />
      <Field label={say('expires')} type="datetime-local" value={expires} onText={setExpires} />
      <Field label={say('unit-hint')} maxLength={40} value={unit} onText={setUnit} />
      <ScopeBoxes
        offered={['booking', 'operator', 'read-only']}
        chosen={scopes}
        onChange={setScopes}
      />
    </NewPanel>
  );
}
