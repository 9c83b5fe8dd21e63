/** Who is there: nobody, or somebody with a session; and in which language. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { createApi, type Session } from '../shared/api.ts';
import { isLanguage } from '../../src/ivr/language.ts';
import { type Language, preferredLanguage } from '../shared/language.ts';
import { PageContext } from './context.ts';
import { Desk } from './desk.tsx';
import { LoginPage } from './pages/login-page.tsx';

const languageKey = 'ringbro.language';

function firstLanguage(): Language {
  const kept = window.localStorage.getItem(languageKey) ?? '';
  return isLanguage(kept) ? kept : preferredLanguage(window.navigator.languages);
}

/** `asking`: not known yet. `expired`: there was a session. */
type Who = Session | 'asking' | 'nobody' | 'expired';

export function App() {
  const [language, setLanguage] = useState(firstLanguage);
  const [who, setWho] = useState<Who>('asking');
  const api = useMemo(
    () =>
      createApi(() => {
        setWho((before) => (typeof before === 'object' ? 'expired' : 'nobody'));
      }),
    [],
  );
  const signIn = useCallback(
    (session: Session | undefined): void => {
      api.use(session);
      setWho(session ?? 'nobody');
    },
    [api],
  );

  useEffect(() => {
    document.documentElement.lang = language;
    window.localStorage.setItem(languageKey, language);
  }, [language]);
  useEffect(() => {
    api.get<Session>('/api/session').then(signIn, () => {
      setWho((before) => (before === 'asking' ? 'nobody' : before));
    });
  }, [api, signIn]);

  const page = useMemo(() => ({ language, api }), [language, api]);
  if (who === 'asking') return null;
  return (
    <PageContext value={page}>
      {typeof who === 'object' ? (
        <Desk session={who} onSession={signIn} onLanguage={setLanguage} />
      ) : (
        <LoginPage expired={who === 'expired'} onSession={signIn} onLanguage={setLanguage} />
      )}
    </PageContext>
  );
}
