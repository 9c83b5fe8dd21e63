/** What may be done to a live call. The API decides who may; what cannot be right is not offered. */
import { useState } from 'react';
import type { Call } from '../../shared/api.ts';
import { useDesk, useMay, usePage, useSay } from '../context.ts';
import type { PageWord } from '../words/page-words.ts';
import { AskButton } from './ask-button.tsx';
import { Field } from './field.tsx';
import { ProblemNote } from './problem-note.tsx';

export interface CallActionsProps {
  readonly call: Call;
  readonly onDone: () => void;
}

export function CallActions({ call, onDone }: CallActionsProps) {
  const { api } = usePage();
  const { announce } = useDesk();
  const say = useSay();
  // Whom a meeting lets in, where a caller goes, and who is heard again, is the host's to say.
  const isHost = useMay('booking');
  const isHelp = useMay('operator');
  const [problem, setProblem] = useState<unknown>();
  const [target, setTarget] = useState('');
  const [people, setPeople] = useState('');

  const act = async (path: string, done: PageWord, body?: object): Promise<void> => {
    await api.send('POST', path, body);
    announce(say('done', { what: say(done) }));
    onDone();
  };
  const on = (action: string): string => `/api/calls/${call.legId}/${action}`;
  const button = (action: string, word: PageWord, className?: string) => (
    <button
      type="button"
      className={className}
      onClick={() => {
        setProblem(undefined);
        act(on(action), word).catch(setProblem);
      }}
    >
      {say(word)}
    </button>
  );
  if (!isHelp && !isHost) return null;
  const isInMeeting = call.state === 'joined';
  const isWaiting = call.state === 'waiting';
  return (
    <>
      {isWaiting && isHost && button('admit', 'admit', 'strong')}
      {isWaiting && isHost && (
        <AskButton
          label={say('refuse')}
          question={say('refuse-sure')}
          isHarsh
          onYes={() => act(on('refuse'), 'refuse')}
        />
      )}
      {isInMeeting && !call.muted && button('mute', 'mute')}
      {isInMeeting && call.muted && isHost && button('unmute', 'unmute')}
      {isInMeeting && isHost && (
        <AskButton
          label={say('move')}
          question={say('move-to')}
          yes={say('do-move')}
          onYes={() => act(on('move'), 'move', { callId: target.replaceAll(/\D/g, '') })}
        >
          <Field
            label={say('meeting-id')}
            required
            inputMode="numeric"
            pattern="(\s*\d){9}\s*"
            value={target}
            onText={setTarget}
          />
        </AskButton>
      )}
      {isInMeeting && isHost && (call.video || call.roomSystem !== null) && (
        <AskButton
          label={say('count-people')}
          question={say('how-many-people')}
          yes={say('do-count')}
          onYes={() => act(on('people'), 'count-people', { count: Number(people) })}
        >
          <Field
            label={say('room-people')}
            type="number"
            className="few"
            required
            min={1}
            max={100}
            value={people}
            onText={setPeople}
          />
        </AskButton>
      )}
      <AskButton
        label={say('hang-up')}
        question={say('hang-up-sure')}
        className="harsh"
        isHarsh
        onYes={() => act(on('hangup'), 'hang-up')}
      />
      {isHelp && (
        <AskButton
          label={say('trace-call')}
          question={say('trace-hint')}
          yes={say('begin')}
          className="plain"
          asksReason
          onYes={async (reason) => {
            await act('/api/traces', 'trace-call', { legId: call.legId, minutes: 30, reason });
            announce(say('trace-begun'));
          }}
        />
      )}
      <ProblemNote problem={problem} />
      {isWaiting && !isHost && <p className="fine">{say('host-only')}</p>}
    </>
  );
}
