/** What every part of the page needs: the language, the API, who is signed in. */
import { createContext, useContext } from 'react';
import type { Api, Session } from '../shared/api.ts';
import { fill, type Language, type Slots, type Text } from '../shared/language.ts';
import type { Feed } from './feed.ts';
import type { Levels } from './levels.ts';
import type { LiveCalls } from './live-calls.ts';
import { type PageWord, pageWords } from './words/page-words.ts';

export interface PageContext {
  readonly language: Language;
  readonly api: Api;
}

export const PageContext = createContext<PageContext | undefined>(undefined);

export function usePage(): PageContext {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('outside the page');
  return page;
}

/** Behind the sign-in. */
export interface DeskContext {
  readonly session: Session;
  readonly calls: LiveCalls;
  readonly feed: Feed;
  readonly levels: Levels;
  /** Said to screen readers at their next pause. */
  readonly announce: (text: string) => void;
}

export const DeskContext = createContext<DeskContext | undefined>(undefined);

export function useDesk(): DeskContext {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('outside the sign-in');
  return desk;
}

export const useMay = (scope: Session['scopes'][number]): boolean =>
  useDesk().session.scopes.includes(scope);

export type Say = (word: PageWord, slots?: Slots) => string;

/** The page's own words in its language. */
export function useSay(): Say {
  const { language } = usePage();
  return (word, slots) => fill(pageWords[word][language], slots);
}

/** Any text of the tables. */
export function useText(): (text: Text) => string {
  const { language } = usePage();
  return (text) => text[language];
}
