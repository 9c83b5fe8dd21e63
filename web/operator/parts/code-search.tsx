import { type SubmitEvent, useState } from 'react';
import type { CallPage } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { callPath, navigate, root } from '../router.ts';

/** From what the caller reads out to the call, on every page. */
export function CodeSearch() {
  const { api } = usePage();
  const say = useSay();
  const [code, setCode] = useState('');
  const find = (event: SubmitEvent): void => {
    event.preventDefault();
    const digits = code.replaceAll(/\D/g, '');
    if (digits === '') return;
    const inLog = `${root}/log?supportCode=${digits}`;
    api.get<CallPage>(`/api/calls?supportCode=${digits}`).then(
      ({ items: [first, second] }) => {
        setCode('');
        navigate(first !== undefined && second === undefined ? callPath(first.legId) : inLog);
      },
      () => {
        navigate(inLog);
      },
    );
  };
  return (
    <form role="search" className="code-search" aria-label={say('open-by-code')} onSubmit={find}>
      <input
        aria-label={say('open-by-code')}
        placeholder={say('open-by-code')}
        inputMode="numeric"
        autoComplete="off"
        maxLength={9}
        pattern="(\s*\d){6}\s*"
        title={say('code-shape')}
        value={code}
        onChange={(event) => {
          setCode(event.target.value);
        }}
      />
      <button type="submit">{say('find')}</button>
    </form>
  );
}
