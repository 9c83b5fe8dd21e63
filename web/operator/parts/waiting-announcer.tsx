import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useDesk, useSay } from '../context.ts';
import { useCallerText } from './caller.tsx';

/** Tells screen readers of each caller who comes to wait or asks for a person, on whatever page. */
export function WaitingAnnouncer() {
  const { calls, feed } = useDesk();
  const say = useSay();
  const callerText = useCallerText();
  const waiting = useSyncExternalStore(calls.subscribe, calls.waiting);
  const asking = useSyncExternalStore(calls.subscribe, calls.asking);
  const isLoaded = useSyncExternalStore(feed.subscribe, feed.isLoaded);
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const [text, setText] = useState('');
  useEffect(() => {
    const before = known.current;
    const all = [...waiting, ...asking];
    if (isLoaded) known.current = new Set(all);
    const fresh = all.filter((legId) => before !== undefined && !before.has(legId)).at(-1);
    const call = fresh === undefined ? undefined : calls.get(fresh);
    if (call === undefined) return;
    const from = callerText(call);
    setText(
      call.desk === null
        ? say('new-waiting', { from, count: waiting.length })
        : say('new-asking', { from }),
    );
    // The words alone are no news.
  }, [waiting, asking, isLoaded, calls]);
  return (
    <p id="announced" role="status" className="unseen">
      {text}
    </p>
  );
}
