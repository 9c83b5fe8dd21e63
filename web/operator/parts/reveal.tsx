/** What is masked, once a reason is given. It is forgotten with the page. */
import { useState } from 'react';
import type { Call, Revealed } from '../../shared/api.ts';
import { useMay, usePage, useSay } from '../context.ts';
import { spacedCallId } from '../format.ts';
import { AskButton } from './ask-button.tsx';

export function Reveal({ call }: { readonly call: Call }) {
  const { api } = usePage();
  const say = useSay();
  const isHost = useMay('booking');
  const mayHelp = useMay('operator') || isHost;
  const [shown, setShown] = useState<Revealed>();
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
    <AskButton
      label={say('reveal')}
      question={say('reveal')}
      yes={say('show')}
      className="plain"
      asksReason
      onYes={async (reason) => {
        setShown(await api.send<Revealed>('POST', `/api/calls/${call.legId}/reveal`, { reason }));
      }}
    />
  );
}
