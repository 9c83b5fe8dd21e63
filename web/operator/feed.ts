/** What happens, as the server tells it, and the list of live calls beside it. */
import { eventTypes } from '../../src/call/gateway-event.ts';
import type { Api, CallPage } from '../shared/api.ts';
import { type CallEvent, type LiveCalls, toLiveCall } from './live-calls.ts';

export interface Feed {
  /** Opens the stream. What it returns closes it. */
  start(): () => void;
  /** Whether the stream stands. */
  readonly isConnected: () => boolean;
  /** The first list has come. */
  readonly isLoaded: () => boolean;
  /** Of `isConnected` and `isLoaded`. */
  readonly subscribe: (listener: () => void) => () => void;
  onEvent(listener: (event: CallEvent) => void): () => void;
}

/** Trunk and quality are in the list alone. */
const listEveryMs = 15_000;
/** Many new calls make one new list. */
const listSoonMs = 1_500;
const openAgainMs = 3_000;
const pageLimit = 500;

export function createFeed(api: Api, calls: LiveCalls): Feed {
  let connected = false;
  let loaded = false;
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: CallEvent) => void>();

  function say(change: () => void): void {
    change();
    for (const listener of listeners) listener();
  }

  async function readList(): Promise<void> {
    const askedAt = Date.now();
    const items: CallPage['items'] = [];
    let cursor: string | null = null;
    do {
      const place: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: CallPage = await api.get(`/api/calls?state=live&limit=${pageLimit}${place}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    calls.replace(items.map(toLiveCall), askedAt);
    if (!loaded)
      say(() => {
        loaded = true;
      });
  }

  return {
    isConnected: () => connected,
    isLoaded: () => loaded,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    start() {
      let source: EventSource | undefined;
      let soon: number | undefined;
      let again: number | undefined;

      // What fails comes again with the next one; a session that is over shows by itself.
      const list = (): void => {
        clearTimeout(soon);
        soon = undefined;
        readList().catch(() => undefined);
      };
      const hear = ({ data }: MessageEvent<string>): void => {
        const event = asEvent(data);
        if (event === undefined) return;
        if (calls.apply(event, Date.now())) soon ??= window.setTimeout(list, listSoonMs);
        for (const listener of eventListeners) listener(event);
      };
      const open = (): void => {
        source = new EventSource('/api/events');
        for (const type of Object.keys(eventTypes)) source.addEventListener(type, hear);
        source.addEventListener('reset', list);
        source.addEventListener('open', () => {
          say(() => {
            connected = true;
          });
        });
        source.addEventListener('error', () => {
          say(() => {
            connected = false;
          });
          // It comes back by itself from where it was, unless it was refused.
          if (source?.readyState !== EventSource.CLOSED) return;
          list();
          again = window.setTimeout(open, openAgainMs);
        });
      };
      open();
      list();
      const timer = window.setInterval(() => {
        if (document.visibilityState === 'visible') list();
      }, listEveryMs);
      return () => {
        source?.close();
        clearInterval(timer);
        clearTimeout(soon);
        clearTimeout(again);
      };
    },
  };
}

function asEvent(text: string): CallEvent | undefined {
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null) return undefined;
  if (!('type' in body && 'at' in body && 'data' in body)) return undefined;
  const { type, at, data } = body;
  if (typeof type !== 'string' || typeof at !== 'string') return undefined;
  return typeof data === 'object' && data !== null ? { type, at, data: { ...data } } : undefined;
}
