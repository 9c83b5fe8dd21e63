/** What is around every page behind the sign-in: header, menu, what is announced. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Session } from '../shared/api.ts';
import type { Language } from '../shared/language.ts';
import { DeskContext, usePage, useSay } from './context.ts';
import { createFeed } from './feed.ts';
import { createLevels } from './levels.ts';
import { createLiveCalls } from './live-calls.ts';
import { CodeSearch } from './parts/code-search.tsx';
import { IdleGuard } from './parts/idle-guard.tsx';
import { LanguageChoice } from './parts/language-choice.tsx';
import { Link } from './parts/link.tsx';
import { Page } from './parts/page.tsx';
import { WaitingAnnouncer } from './parts/waiting-announcer.tsx';
import { AccountsPage } from './pages/accounts-page.tsx';
import { AuditPage } from './pages/audit-page.tsx';
import { CallPage } from './pages/call-page.tsx';
import { CanaryPage } from './pages/canary-page.tsx';
import { KeysPage } from './pages/keys-page.tsx';
import { LivePage } from './pages/live-page.tsx';
import { LogPage } from './pages/log-page.tsx';
import { PasswordPage } from './pages/password-page.tsx';
import { TracesPage } from './pages/traces-page.tsx';
import { WebhooksPage } from './pages/webhooks-page.tsx';
import { type MenuPage, type Place, placeOf, root, useAddress } from './router.ts';

/** The session's cookie is changed each quarter of an hour, when it is asked for. */
const renewEveryMs = 10 * 60_000;

export interface DeskProps {
  readonly session: Session;
  readonly onSession: (session: Session | undefined) => void;
  readonly onLanguage: (language: Language) => void;
}

export function Desk({ session, onSession, onLanguage }: DeskProps) {
  const { api } = usePage();
  const [announced, setAnnounced] = useState('');
  const { calls, feed, levels } = useMemo(() => {
    const live = createLiveCalls();
    return { calls: live, feed: createFeed(api, live), levels: createLevels(api) };
  }, [api]);
  useEffect(() => feed.start(), [feed]);
  useEffect(() => {
    const timer = window.setInterval(() => {
      api.get<Session>('/api/session').then(onSession, () => undefined);
    }, renewEveryMs);
    return () => {
      clearInterval(timer);
    };
  }, [api, onSession]);

  const desk = useMemo(
    () => ({ session, calls, feed, levels, announce: setAnnounced }),
    [session, calls, feed, levels],
  );
  const address = useAddress();
  const place = placeOf(address.split('?')[0] ?? '');
  return (
    <DeskContext value={desk}>
      <DeskHeader session={session} place={place} onSession={onSession} onLanguage={onLanguage} />
      <main id="content" key={address.split('?')[0]}>
        <CurrentPage place={place} onSession={onSession} />
      </main>
      <WaitingAnnouncer />
      <IdleGuard session={session} onSession={onSession} />
      <p role="status" className="unseen">
        {announced}
      </p>
    </DeskContext>
  );
}

/** Without a scope: for everybody. */
const menu: readonly { readonly page: MenuPage; readonly scope?: Session['scopes'][number] }[] = [
  { page: 'live' },
  { page: 'log' },
  { page: 'canary' },
  { page: 'traces', scope: 'operator' },
  { page: 'accounts', scope: 'admin' },
  { page: 'keys', scope: 'admin' },
  { page: 'webhooks', scope: 'admin' },
  { page: 'audit', scope: 'admin' },
];

function DeskHeader({ session, place, onSession, onLanguage }: DeskProps & { place: Place }) {
  const { api } = usePage();
  const say = useSay();
  const nav = useRef<HTMLElement>(null);
  const pages = menu.filter(({ scope }) => scope === undefined || session.scopes.includes(scope));
  // On a telephone the menu is longer than the line.
  useEffect(() => {
    const current = nav.current?.querySelector('[aria-current]');
    current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [place.page]);
  const signOut = (): void => {
    const done = (): void => {
      onSession(undefined);
    };
    api.send('DELETE', '/api/session').then(done, done);
  };
  return (
    <header className="top">
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <Link to={root} className="brand">
        {say('product')}
      </Link>
      <nav aria-label={say('menu')} ref={nav}>
        <ul>
          {pages.map(({ page }) => (
            <li key={page}>
              <Link to={page === 'live' ? root : `${root}/${page}`} current={place.page === page}>
                {say(page)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <CodeSearch />
      <div className="self">
        <LanguageChoice onLanguage={onLanguage} />
        {session.hasPassword ? (
          <Link to={`${root}/password`}>{session.name}</Link>
        ) : (
          <span>{session.name}</span>
        )}
        <button type="button" className="plain" onClick={signOut}>
          {say('sign-out')}
        </button>
      </div>
    </header>
  );
}

function CurrentPage({
  place,
  onSession,
}: {
  readonly place: Place;
  readonly onSession: (session: Session) => void;
}) {
  const say = useSay();
  switch (place.page) {
    case 'live':
      return <LivePage />;
    case 'log':
      return <LogPage />;
    case 'call':
      return <CallPage legId={place.legId} />;
    case 'canary':
      return <CanaryPage />;
    case 'traces':
      return <TracesPage />;
    case 'webhooks':
      return <WebhooksPage />;
    case 'accounts':
      return <AccountsPage />;
    case 'keys':
      return <KeysPage />;
    case 'audit':
      return <AuditPage />;
    case 'password':
      return <PasswordPage onSession={onSession} />;
    case 'unknown':
      return <Page title={say('not-here')}>{null}</Page>;
  }
}
