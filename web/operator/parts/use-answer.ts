import { useCallback, useEffect, useRef, useState } from 'react';
import { usePage } from '../context.ts';

export interface Answer<T> {
  readonly answer: T | undefined;
  readonly problem: unknown;
  /** Asks again; what is shown stays until then. */
  readonly again: () => void;
}

/**
 * What the API answers at this path. An answer that comes late never hides a later one.
 * @param version another one is a reason to ask again
 */
export function useAnswer<T>(path: string, version = ''): Answer<T> {
  const { api } = usePage();
  const [state, setState] = useState<{ path: string; answer?: T; problem?: unknown }>({ path });
  const asked = useRef(0);
  const again = useCallback(() => {
    asked.current += 1;
    const mine = asked.current;
    const keep = (next: { answer?: T; problem?: unknown }): void => {
      if (asked.current === mine) setState({ path, ...next });
    };
    api.get<T>(path).then(
      (answer) => {
        keep({ answer });
      },
      (problem: unknown) => {
        keep({ problem });
      },
    );
  }, [api, path]);
  useEffect(again, [again, version]);
  const current = state.path === path ? state : undefined;
  return { answer: current?.answer, problem: current?.problem, again };
}
