import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useDesk, useSay } from '../context.ts';
import { useCallerText } from './caller.tsx';

/** Tells screen readers of each caller who comes to wait, on whatever page. */
export function WaitingAnnouncer() {
  const { calls, feed } = useDesk();
  const say = useSay();
  const callerText = useCallerText();
  const waiting = useSyncExternalStore(calls.subscribe, calls.waiting);
  const isLoaded = useSyncExternalStore(feed.subscribe, feed.isLoaded);
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const [text, setText] = useState('');
  useEffect(() => {
    const before = known.current;
    if (isLoaded) known.current = new Set(waiting);
    const fresh = waiting.filter((legId) => before !== undefined && !before.has(legId)).at(-1);
    const call = fresh === undefined ? undefined : calls.get(fresh);
    if (call !== undefined)
      setText(say('new-waiting', { from: callerText(call), count: waiting.length }));
    // The words alone are no news.
  }, [waiting, isLoaded, calls]);
  return (
    <p id="announced" role="status" className="unseen">
      {text}
    </p>
  );
}
