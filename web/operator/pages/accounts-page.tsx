/** The people who may sign in. */
import { type SubmitEvent, useState } from 'react';
import type { Accounts } from '../../shared/api.ts';
import { useDesk, usePage, useSay, useText } from '../context.ts';
import { dateAndTime } from '../format.ts';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Scope, ScopeBoxes } from '../parts/scope-boxes.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { scopeWords } from '../words/fact-words.ts';

type Account = Accounts['items'][number];

export function AccountsPage() {
  const say = useSay();
  const { answer, problem, again } = useAnswer<Accounts>('/api/accounts');
  return (
    <Page title={say('accounts')}>
      <NewAccount onMade={again} />
      <ProblemNote problem={problem} />
      {answer !== undefined && (
        <table aria-label={say('accounts')}>
          <thead>
            <tr>
              <th scope="col">{say('name')}</th>
              <th scope="col">{say('scopes')}</th>
              <th scope="col" className="wide">
                {say('signs-in-by')}
              </th>
              <th scope="col" className="wide">
                {say('created')}
              </th>
              <th scope="col">{say('state')}</th>
            </tr>
          </thead>
          <tbody>
            {answer.items.map((account) => (
              <AccountRow key={account.accountId} account={account} onChanged={again} />
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}

interface AccountRowProps {
  readonly account: Account;
  readonly onChanged: () => void;
}

function AccountRow({ account, onChanged }: AccountRowProps) {
  const { api, language } = usePage();
  const { session } = useDesk();
  const say = useSay();
  const text = useText();
  const [problem, setProblem] = useState<unknown>();
  const isOff = account.disabledAt !== null;
  const toggle = (): void => {
    setProblem(undefined);
    api
      .send('PATCH', `/api/accounts/${account.accountId}`, { disabled: !isOff })
      .then(onChanged, setProblem);
  };
  return (
    <tr>
      <th scope="row">{account.name}</th>
      <td>{account.scopes.map((scope) => text(scopeWords[scope])).join(', ')}</td>
      <td className="wide">{say(account.hasPassword ? 'by-password' : 'by-service')}</td>
      <td className="wide">{dateAndTime(account.createdAt, language)}</td>
      <td>
        {say(isOff ? 'disabled' : 'active')}{' '}
        {account.name !== session.name && (
          <button
            type="button"
            aria-label={`${say(isOff ? 'enable' : 'disable')}: ${account.name}`}
            onClick={toggle}
          >
            {say(isOff ? 'enable' : 'disable')}
          </button>
        )}
        <ProblemNote problem={problem} />
      </td>
    </tr>
  );
}

function NewAccount({ onMade }: { readonly onMade: () => void }) {
  const { api } = usePage();
  const say = useSay();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['operator', 'read-only']);
  const [problem, setProblem] = useState<unknown>();
  const make = (event: SubmitEvent): void => {
    event.preventDefault();
    setProblem(undefined);
    const body = { name, scopes, password: password === '' ? null : password };
    api.send('POST', '/api/accounts', body).then(() => {
      setName('');
      setPassword('');
      onMade();
    }, setProblem);
  };
  return (
    <section className="panel">
      <h2>{say('new-account')}</h2>
      <form className="inline" onSubmit={make}>
        <label>
          {say('account-name')}
          <input
            required
            maxLength={120}
            autoComplete="off"
            autoCapitalize="none"
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </label>
        <label>
          {say('first-password')}
          <input
            type="password"
            minLength={12}
            autoComplete="new-password"
            value={password}
            onChange={(event) => {
              setPassword(event.target.value);
            }}
          />
        </label>
        <ScopeBoxes
          offered={['booking', 'operator', 'read-only', 'admin']}
          chosen={scopes}
          onChange={setScopes}
        />
        <button type="submit" className="strong" disabled={scopes.length === 0}>
          {say('make')}
        </button>
      </form>
      <ProblemNote problem={problem} />
    </section>
  );
}
