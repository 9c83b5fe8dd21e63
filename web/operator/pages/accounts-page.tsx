/** The people who may sign in. */
import { useState } from 'react';
import type { Accounts } from '../../shared/api.ts';
import { useDesk, usePage, useSay, useText } from '../context.ts';
import { dateAndTime } from '../format.ts';
import { Field } from '../parts/field.tsx';
import { ListTable } from '../parts/list-table.tsx';
import { NewPanel } from '../parts/new-panel.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Scope, ScopeBoxes } from '../parts/scope-boxes.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { scopeWords } from '../words/fact-words.ts';

type Account = Accounts['items'][number];

export function AccountsPage() {
  const { language } = usePage();
  const say = useSay();
  const text = useText();
  const { answer, problem, again } = useAnswer<Accounts>('/api/accounts');
  return (
    <Page title={say('accounts')}>
      <NewAccount onMade={again} />
      <ProblemNote problem={problem} />
      <ListTable
        label={say('accounts')}
        rows={answer?.items}
        keyOf={({ accountId }) => accountId}
        columns={[
          { text: say('name'), cell: ({ name }) => name },
          {
            text: say('scopes'),
            cell: ({ scopes }) => scopes.map((scope) => text(scopeWords[scope])).join(', '),
          },
          { text: say('unit'), className: 'wide', cell: ({ unit }) => unit },
          {
            text: say('signs-in-by'),
            className: 'wide',
            cell: ({ hasPassword }) => say(hasPassword ? 'by-password' : 'by-service'),
          },
          {
            text: say('created'),
            className: 'wide',
            cell: ({ createdAt }) => dateAndTime(createdAt, language),
          },
          {
            text: say('state'),
            cell: (account) => <Switch account={account} onChanged={again} />,
          },
        ]}
      />
    </Page>
  );
}

interface SwitchProps {
  readonly account: Account;
  readonly onChanged: () => void;
}

/** Whether the account opens anything, and the other way round. Nobody locks themselves out. */
function Switch({ account, onChanged }: SwitchProps) {
  const { api } = usePage();
  const { session } = useDesk();
  const say = useSay();
  const [problem, setProblem] = useState<unknown>();
  const isOff = account.disabledAt !== null;
  const word = say(isOff ? 'enable' : 'disable');
  const toggle = (): void => {
    setProblem(undefined);
    api
      .send('PATCH', `/api/accounts/${account.accountId}`, { disabled: !isOff })
      .then(onChanged, setProblem);
  };
  return (
    <>
      {say(isOff ? 'disabled' : 'active')}{' '}
      {account.name !== session.name && (
        <button type="button" aria-label={`${word}: ${account.name}`} onClick={toggle}>
          {word}
        </button>
      )}
      <ProblemNote problem={problem} />
    </>
  );
}

function NewAccount({ onMade }: { readonly onMade: () => void }) {
  const { api } = usePage();
  const say = useSay();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [unit, setUnit] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['operator', 'read-only']);
  const make = async (): Promise<void> => {
    await api.send('POST', '/api/accounts', {
      name,
      scopes,
      password: password === '' ? null : password,
      unit: unit === '' ? null : unit,
    });
    setName('');
    setPassword('');
    onMade();
  };
  return (
    <NewPanel
      title={say('new-account')}
      make={say('make')}
      isReady={scopes.length > 0}
      onMake={make}
    >
      <Field
        label={say('account-name')}
        required
        maxLength={120}
        autoCapitalize="none"
        value={name}
        onText={setName}
      />
      <Field
        label={say('first-password')}
        type="password"
        minLength={12}
        autoComplete="new-password"
        value={password}
        onText={setPassword}
      />
      <Field label={say('unit-hint')} maxLength={40} value={unit} onText={setUnit} />
      <ScopeBoxes
        offered={['booking', 'operator', 'read-only', 'admin']}
        chosen={scopes}
        onChange={setScopes}
      />
    </NewPanel>
  );
}
