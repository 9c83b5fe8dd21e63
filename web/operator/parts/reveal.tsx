/** What is masked, once a reason is given. It is forgotten with the page. */
import { useState } from 'react';
import type { Call, Revealed } from '../../shared/api.ts';
import { useMay, usePage, useSay } from '../context.ts';
import { spacedCallId } from '../format.ts';
import { AskFirst } from './ask-first.tsx';
import { ProblemNote } from './problem-note.tsx';

export function Reveal({ call }: { readonly call: Call }) {
  const { api } = usePage();
  const say = useSay();
  const isHost = useMay('booking');
  const mayHelp = useMay('operator') || isHost;
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [shown, setShown] = useState<Revealed>();
  const [problem, setProblem] = useState<unknown>();
  const reveal = (): void => {
    setAsking(false);
    setProblem(undefined);
    api
      .send<Revealed>('POST', `/api/calls/${call.legId}/reveal`, { reason: reason.trim() })
      .then(setShown, setProblem);
  };
  const person = call.direction === 'outbound' ? call.to : call.from;
  const isMasked = [person, call.callId].some((text) => text?.includes('•') === true);
  if (!mayHelp || !isMasked) return null;
  if (shown !== undefined)
    return (
      <output className="revealed">
        {say('caller')}: <strong>{shown.number ?? say('number-unknown')}</strong>
        {shown.callId !== null && (
          <>
            {' · '}
            {say('meeting-id')}: <strong>{spacedCallId(shown.callId)}</strong>
          </>
        )}
      </output>
    );
  return (
    <>
      <button
        type="button"
        className="plain"
        onClick={() => {
          setAsking(true);
        }}
      >
        {say('reveal')}
      </button>
      <ProblemNote problem={problem} />
      {asking && (
        <AskFirst
          question={say('reveal')}
          yes={say('show')}
          onYes={reveal}
          onNo={() => {
            setAsking(false);
          }}
        >
          <label>
            {say('reveal-why')}
            <input
              required
              minLength={3}
              maxLength={200}
              value={reason}
              onChange={(event) => {
                setReason(event.target.value);
              }}
            />
          </label>
        </AskFirst>
      )}
    </>
  );
}
