/**
 * A page that nobody uses signs out: the server's limit counts what people do, and it is told of
 * that from here. Before the end it asks whether somebody is there.
 */
import { useEffect, useRef, useState } from 'react';
import type { Session } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { clockSpan } from '../format.ts';
import { idleTimes } from '../idle-times.ts';
import { AskFirst } from './ask-first.tsx';

export interface IdleGuardProps {
  readonly session: Session;
  readonly onSession: (session: Session | undefined) => void;
}

const inputs = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;
const lookEveryMs = 1_000;

export function IdleGuard({ session, onSession }: IdleGuardProps) {
  const { api } = usePage();
  const say = useSay();
  const times = useRef(idleTimes(session, Date.now()));
  const touched = useRef(false);
  const askedOthers = useRef(false);
  const [leftMs, setLeftMs] = useState<number>();

  useEffect(() => {
    times.current = idleTimes(session, Date.now());
  }, [session]);
  useEffect(() => {
    const note = (): void => {
      touched.current = true;
    };
    for (const type of inputs) window.addEventListener(type, note, { passive: true });
    return () => {
      for (const type of inputs) window.removeEventListener(type, note);
    };
  }, []);

  useEffect(() => {
    let asking = false;
    const ask = (way: Promise<Session>): void => {
      asking = true;
      const done = (): void => {
        asking = false;
      };
      way.then(onSession, () => undefined).then(done, done);
    };
    const look = (): void => {
      const now = Date.now();
      const { tellAt, warnAt, endAt } = times.current;
      if (asking) return;
      if (touched.current && now >= tellAt) {
        touched.current = false;
        ask(api.send<Session>('POST', '/api/session/use'));
      } else if (now >= endAt) ask(api.get<Session>('/api/session'));
      else if (now < warnAt) {
        askedOthers.current = false;
        setLeftMs(undefined);
      } else if (askedOthers.current) setLeftMs(endAt - now);
      else {
        // Another page of the same person may have been in use.
        askedOthers.current = true;
        ask(api.get<Session>('/api/session'));
      }
    };
    const timer = window.setInterval(look, lookEveryMs);
    return () => {
      clearInterval(timer);
    };
  }, [api, onSession]);

  if (leftMs === undefined) return null;
  const stay = (): void => {
    touched.current = true;
    setLeftMs(undefined);
    times.current = { ...times.current, tellAt: 0 };
  };
  return (
    <AskFirst
      question={say('idle-warning', { left: clockSpan(leftMs) })}
      yes={say('stay')}
      isSimple
      onYes={stay}
      onNo={stay}
    />
  );
}
