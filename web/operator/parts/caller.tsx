import { useSay } from '../context.ts';

export interface Caller {
  readonly from: string | null;
  readonly isProtected: boolean;
}

/** The masked number, or why there is none. */
export function useCallerText(): (caller: Caller) => string {
  const say = useSay();
  return ({ from, isProtected }) => {
    if (isProtected) return say('protected');
    return from ?? say('withheld');
  };
}
