/** What may be done to a live call. The API decides who may; what cannot be right is not offered. */
import { useState } from 'react';
import type { Call } from '../../shared/api.ts';
import { useDesk, useMay, usePage, useSay } from '../context.ts';
import type { PageWord } from '../words/page-words.ts';
import { AskFirst } from './ask-first.tsx';
import { ProblemNote } from './problem-note.tsx';

type Action = 'mute' | 'unmute' | 'admit' | 'hangup';

const names: Readonly<Record<Action, PageWord>> = {
  mute: 'mute',
  unmute: 'unmute',
  admit: 'admit',
  hangup: 'hang-up',
};

export interface CallActionsProps {
  readonly call: Call;
  readonly onDone: () => void;
}

export function CallActions({ call, onDone }: CallActionsProps) {
  const { api } = usePage();
  const { announce } = useDesk();
  const say = useSay();
  // Whom a meeting lets in, and who is heard again, is the host's to say.
  const isHost = useMay('booking');
  const mayHelp = useMay('operator') || isHost;
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const act = (action: Action): void => {
    setAsking(false);
    setProblem(undefined);
    api.send('POST', `/api/calls/${call.legId}/${action}`).then(() => {
      announce(say('done', { what: say(names[action]) }));
      onDone();
    }, setProblem);
  };
  const button = (action: Action) => (
    <button
      type="button"
      onClick={() => {
        act(action);
      }}
    >
      {say(names[action])}
    </button>
  );
  if (!mayHelp) return null;
  const isInMeeting = call.state === 'joined';
  return (
    <>
      {call.state === 'waiting' && isHost && button('admit')}
      {isInMeeting && !call.muted && button('mute')}
      {isInMeeting && call.muted && isHost && button('unmute')}
      <button
        type="button"
        className="harsh"
        onClick={() => {
          setAsking(true);
        }}
      >
        {say('hang-up')}
      </button>
      <ProblemNote problem={problem} />
      {asking && (
        <AskFirst
          question={say('hang-up-sure')}
          yes={say('hang-up')}
          isHarsh
          onYes={() => {
            act('hangup');
          }}
          onNo={() => {
            setAsking(false);
          }}
        />
      )}
    </>
  );
}
