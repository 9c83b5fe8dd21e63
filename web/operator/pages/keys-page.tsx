/** Keys of programs: shown once, revoked at once. */
import { type SubmitEvent, useState } from 'react';
import type { Keys, MadeKey } from '../../shared/api.ts';
import { usePage, useSay, useText } from '../context.ts';
import { dateAndTime } from '../format.ts';
import { AskFirst } from '../parts/ask-first.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Scope, ScopeBoxes } from '../parts/scope-boxes.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { scopeWords } from '../words/fact-words.ts';

type Key = Keys['items'][number];

export function KeysPage() {
  const say = useSay();
  const { answer, problem, again } = useAnswer<Keys>('/api/keys');
  return (
    <Page title={say('keys')}>
      <NewKey onMade={again} />
      <ProblemNote problem={problem} />
      {answer !== undefined && answer.items.length === 0 && (
        <p className="empty">{say('nothing')}</p>
      )}
      {answer !== undefined && answer.items.length > 0 && (
        <table aria-label={say('keys')}>
          <thead>
            <tr>
              <th scope="col">{say('key-name')}</th>
              <th scope="col">{say('scopes')}</th>
              <th scope="col" className="wide">
                {say('created')}
              </th>
              <th scope="col" className="wide">
                {say('expires')}
              </th>
              <th scope="col" className="wide">
                {say('last-used')}
              </th>
              <th scope="col">{say('state')}</th>
            </tr>
          </thead>
          <tbody>
            {answer.items.map((key) => (
              <KeyRow key={key.keyId} shown={key} onRevoked={again} />
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}

function KeyRow({ shown, onRevoked }: { readonly shown: Key; readonly onRevoked: () => void }) {
  const { api, language } = usePage();
  const say = useSay();
  const text = useText();
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const when = (time: string | null): string =>
    time === null ? say('never') : dateAndTime(time, language);
  return (
    <tr>
      <th scope="row">{shown.name}</th>
      <td>{shown.scopes.map((scope) => text(scopeWords[scope])).join(', ')}</td>
      <td className="wide">
        {when(shown.createdAt)} <span className="fine">{shown.createdBy}</span>
      </td>
      <td className="wide">{when(shown.expiresAt)}</td>
      <td className="wide">{when(shown.lastUsedAt)}</td>
      <td>
        {shown.revokedAt === null ? (
          <button
            type="button"
            aria-label={`${say('revoke')}: ${shown.name}`}
            onClick={() => {
              setAsking(true);
            }}
          >
            {say('revoke')}
          </button>
        ) : (
          say('revoked')
        )}
        <ProblemNote problem={problem} />
        {asking && (
          <AskFirst
            question={say('revoke-sure', { name: shown.name })}
            yes={say('revoke')}
            isHarsh
            onNo={() => {
              setAsking(false);
            }}
            onYes={() => {
              setAsking(false);
              api.send('DELETE', `/api/keys/${shown.keyId}`).then(onRevoked, setProblem);
            }}
          />
        )}
      </td>
    </tr>
  );
}

function NewKey({ onMade }: { readonly onMade: () => void }) {
  const { api } = usePage();
  const say = useSay();
  const [name, setName] = useState('');
  const [expires, setExpires] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read-only']);
  const [made, setMade] = useState<MadeKey>();
  const [problem, setProblem] = useState<unknown>();
  const make = (event: SubmitEvent): void => {
    event.preventDefault();
    setProblem(undefined);
    setMade(undefined);
    const expiresAt = expires === '' ? null : new Date(expires).toISOString();
    api.send<MadeKey>('POST', '/api/keys', { name, scopes, expiresAt }).then((key) => {
      setMade(key);
      setName('');
      onMade();
    }, setProblem);
  };
  return (
    <section className="panel">
      <h2>{say('new-key')}</h2>
      <form className="inline" onSubmit={make}>
        <label>
          {say('key-name')}
          <input
            required
            maxLength={80}
            autoComplete="off"
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </label>
        <label>
          {say('expires')}
          <input
            type="datetime-local"
            value={expires}
            onChange={(event) => {
              setExpires(event.target.value);
            }}
          />
        </label>
        <ScopeBoxes
          offered={['booking', 'operator', 'read-only']}
          chosen={scopes}
          onChange={setScopes}
        />
        <button type="submit" className="strong" disabled={scopes.length === 0}>
          {say('make')}
        </button>
      </form>
      <ProblemNote problem={problem} />
      {made !== undefined && (
        <div className="note" role="status">
          <p>{say('key-once')}</p>
          <p>
            <code className="secret">{made.key}</code>
          </p>
        </div>
      )}
    </section>
  );
}
