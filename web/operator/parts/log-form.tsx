import { type SubmitEvent, type ReactNode, useState } from 'react';
import { useSay, useText } from '../context.ts';
import type { Search } from '../log-search.ts';
import { resultWords } from '../words/fact-words.ts';

export interface LogFormProps {
  readonly search: Search;
  readonly onSearch: (search: Search) => void;
  readonly onClear: () => void;
}

export function LogForm({ search, onSearch, onClear }: LogFormProps) {
  const say = useSay();
  const text = useText();
  const [draft, setDraft] = useState(search);
  const field = (name: keyof Search) => ({
    name,
    value: draft[name],
    onChange: (event: { target: { value: string } }) => {
      setDraft({ ...draft, [name]: event.target.value });
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
      <Labelled label={say('support-code')}>
        <input inputMode="numeric" autoComplete="off" {...field('supportCode')} />
      </Labelled>
      <Labelled label={say('caller')}>
        <input inputMode="tel" autoComplete="off" {...field('number')} />
      </Labelled>
      <Labelled label={say('meeting-id')}>
        <input inputMode="numeric" autoComplete="off" {...field('callId')} />
      </Labelled>
      <Labelled label={say('state')}>
        <select {...field('state')}>
          <option value="">{say('any')}</option>
          {Object.entries(states).map(([state, words]) => (
            <option key={state} value={state}>
              {words}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={say('outcome')}>
        <select {...field('result')}>
          <option value="">{say('any')}</option>
          {Object.entries(resultWords).map(([result, words]) => (
            <option key={result} value={result}>
              {text(words)}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={say('from')}>
        <input type="datetime-local" {...field('from')} />
      </Labelled>
      <Labelled label={say('to')}>
        <input type="datetime-local" {...field('to')} />
      </Labelled>
      <Labelled label={say('sip-call-id')}>
        <input autoComplete="off" spellCheck={false} {...field('sipCallId')} />
      </Labelled>
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

function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <label>
      {label}
      {children}
    </label>
  );
}
