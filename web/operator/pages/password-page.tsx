import { type SubmitEvent, useState } from 'react';
import type { Session } from '../../shared/api.ts';
import { useDesk, usePage, useSay } from '../context.ts';
import { Field } from '../parts/field.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';

export function PasswordPage({ onSession }: { readonly onSession: (session: Session) => void }) {
  const { api } = usePage();
  const { session } = useDesk();
  const say = useSay();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isDone, setDone] = useState(false);
  const change = (event: SubmitEvent): void => {
    event.preventDefault();
    setProblem(undefined);
    setDone(false);
    api.send<Session>('PUT', '/api/session/password', { current, password }).then((next) => {
      onSession(next);
      setDone(true);
      setCurrent('');
      setPassword('');
    }, setProblem);
  };
  return (
    <Page title={say('change-password')}>
      <form className="narrow" onSubmit={change}>
        <input type="text" hidden readOnly autoComplete="username" value={session.name} />
        <Field
          label={say('current-password')}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onText={setCurrent}
        />
        <Field
          label={say('new-password')}
          type="password"
          autoComplete="new-password"
          required
          minLength={12}
          value={password}
          onText={setPassword}
        />
        <ProblemNote problem={problem} />
        <p role="status">{isDone ? say('password-changed') : ''}</p>
        <button type="submit" className="strong">
          {say('change-password')}
        </button>
      </form>
    </Page>
  );
}
