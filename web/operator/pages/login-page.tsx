/** Signing in: by name and password, or by the organisation's own service. */
import { type SubmitEvent, useEffect, useState } from 'react';
import { ApiProblem, type Session, type SignInWays } from '../../shared/api.ts';
import type { Language } from '../../shared/language.ts';
import { usePage, useSay } from '../context.ts';
import { LanguageChoice } from '../parts/language-choice.tsx';
import { Field } from '../parts/field.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';

export interface LoginPageProps {
  readonly expired: boolean;
  readonly onSession: (session: Session) => void;
  readonly onLanguage: (language: Language) => void;
}

/** What the sign-in service's way back says, or that the session is over. */
function firstProblem(expired: boolean): unknown {
  const code = new URLSearchParams(window.location.search).get('problem');
  if (code === 'session/not-known' || code === 'session/sign-in-failed')
    return new ApiProblem(code);
  return expired ? new ApiProblem('page/expired') : undefined;
}

export function LoginPage({ expired, onSession, onLanguage }: LoginPageProps) {
  const { api } = usePage();
  const say = useSay();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState(() => firstProblem(expired));
  const [busy, setBusy] = useState(false);
  const [ways, setWays] = useState<SignInWays>({ password: true, service: false });

  useEffect(() => {
    document.title = `${say('sign-in')} · ringbro`;
  }, [say]);
  useEffect(() => {
    // The code of a failed sign-in is said once, not at each reload.
    window.history.replaceState(null, '', window.location.pathname);
    api.get<SignInWays>('/api/session/ways').then(setWays, () => undefined);
  }, [api]);

  const signIn = (event: SubmitEvent): void => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    api
      .send<Session>('POST', '/api/session', { name, password })
      .then(onSession, (why: unknown) => {
        setBusy(false);
        setPassword('');
        setProblem(why);
      });
  };

  return (
    <main className="login">
      <h1>{say('product')}</h1>
      <ProblemNote problem={problem} />
      <form onSubmit={signIn}>
        <Field
          label={say('name')}
          name="name"
          autoComplete="username"
          autoCapitalize="none"
          autoFocus
          required
          value={name}
          onText={setName}
        />
        <Field
          label={say('password')}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onText={setPassword}
        />
        <button type="submit" className="strong" disabled={busy}>
          {say('sign-in')}
        </button>
      </form>
      {ways.service && (
        <a className="button" href="/api/session/service">
          {say('sign-in-service')}
        </a>
      )}
      <LanguageChoice onLanguage={onLanguage} />
    </main>
  );
}
