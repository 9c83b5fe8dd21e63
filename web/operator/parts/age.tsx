import { useSyncExternalStore } from 'react';
import { clockSpan } from '../format.ts';

const listeners = new Set<() => void>();
let timer: number | undefined;
let now = Date.now();

/** One clock for all, which stands still while nobody looks at it. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** How long it is since. */
export function Age({ since }: { readonly since: string }) {
  const text = useSyncExternalStore(subscribe, () => clockSpan(now - Date.parse(since)));
  return <span className="figure">{text}</span>;
}
