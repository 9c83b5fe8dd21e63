import { type SubmitEvent, useState } from 'react';
import { useSay, useText } from '../context.ts';
import type { Search } from '../log-search.ts';
import { resultWords } from '../words/fact-words.ts';
import { Field, Labelled } from './field.tsx';

export interface LogFormProps {
  readonly search: Search;
  readonly onSearch: (search: Search) => void;
  readonly onClear: () => void;
}

export function LogForm({ search, onSearch, onClear }: LogFormProps) {
  const say = useSay();
  const text = useText();
  const [draft, setDraft] = useState(search);
  const change = (name: keyof Search, value: string): void => {
    setDraft({ ...draft, [name]: value });
  };
  const line = (name: keyof Search) => ({
    name,
    value: draft[name],
    onText: (value: string) => {
      change(name, value);
    },
  });
  const choice = (name: keyof Search) => ({
    name,
    value: draft[name],
    onChange: (event: { target: { value: string } }) => {
      change(name, event.target.value);
    },
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onSearch(draft);
  };
  const states = {
    live: say('live'),
    waiting: say('waiting'),
    ended: text({ sv: 'Avslutade', en: 'Ended', da: 'Afsluttede' }),
  };
  return (
    <form role="search" aria-label={say('search')} className="search" onSubmit={submit}>
      <Field label={say('support-code')} inputMode="numeric" {...line('supportCode')} />
      <Field label={say('caller')} inputMode="tel" {...line('number')} />
      <Field label={say('meeting-id')} inputMode="numeric" {...line('callId')} />
      <Labelled label={say('state')}>
        <select {...choice('state')}>
          <option value="">{say('any')}</option>
          {Object.entries(states).map(([state, words]) => (
            <option key={state} value={state}>
              {words}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={say('outcome')}>
        <select {...choice('result')}>
          <option value="">{say('any')}</option>
          {Object.entries(resultWords).map(([result, words]) => (
            <option key={result} value={result}>
              {text(words)}
            </option>
          ))}
        </select>
      </Labelled>
      <Field label={say('sip-call-id')} spellCheck={false} {...line('sipCallId')} />
      <Field label={say('from')} type="datetime-local" {...line('from')} />
      <Field label={say('to')} type="datetime-local" {...line('to')} />
      <div className="buttons">
        <button type="submit" className="strong">
          {say('find')}
        </button>
        <button type="button" className="plain" onClick={onClear}>
          {say('clear-search')}
        </button>
      </div>
    </form>
  );
}
