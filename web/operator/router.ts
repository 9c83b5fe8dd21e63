/** Which page is shown: the address says so, and nothing else. */
import { useSyncExternalStore } from 'react';

export type Place =
  | { readonly page: SimplePage | 'live' | 'unknown' }
  | { readonly page: 'call'; readonly legId: string };

export const root = '/operator';

const simplePages = [
  'log',
  'traces',
  'canary',
  'accounts',
  'keys',
  'webhooks',
  'audit',
  'password',
] as const;
type SimplePage = (typeof simplePages)[number];

export function placeOf(path: string): Place {
  const [first = '', second, ...rest] = path.replace(/^\/operator\/?/, '').split('/');
  if (first === '') return { page: 'live' };
  if (first === 'calls' && second !== undefined && second !== '' && rest.length === 0)
    return { page: 'call', legId: decodeURIComponent(second) };
  const page = simplePages.find((each) => each === first && second === undefined);
  return { page: page ?? 'unknown' };
}

/** Pages of the menu. */
export type MenuPage = Exclude<SimplePage, 'password'> | 'live';

export const callPath = (legId: string): string => `${root}/calls/${encodeURIComponent(legId)}`;

const moved = 'ringbro-moved';

export function navigate(path: string): void {
  window.history.pushState(null, '', path);
  window.dispatchEvent(new Event(moved));
  window.scrollTo(0, 0);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(moved, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(moved, listener);
  };
}

/** Path and query of the page. */
export const useAddress = (): string =>
  useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
