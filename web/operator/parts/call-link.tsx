import type { CallSummary } from '../../../src/http/call-schemas.ts';
import { callPath } from '../router.ts';
import { type Caller, useCallerText } from './caller.tsx';
import { Link } from './link.tsx';

export interface CallLinkProps {
  readonly call: Caller & Pick<CallSummary, 'legId' | 'direction'>;
}

/** To the page of a call; an arrow before those that we made. */
export function CallLink({ call }: CallLinkProps) {
  const callerText = useCallerText();
  return (
    <Link to={callPath(call.legId)}>
      {call.direction === 'outbound' && '→ '}
      {callerText(call)}
    </Link>
  );
}
