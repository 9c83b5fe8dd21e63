import { useSay, useText } from '../context.ts';
import { scopeWords } from '../words/fact-words.ts';

export type Scope = keyof typeof scopeWords;

export interface ScopeBoxesProps {
  readonly offered: readonly Scope[];
  readonly chosen: readonly Scope[];
  readonly onChange: (scopes: readonly Scope[]) => void;
}

export function ScopeBoxes({ offered, chosen, onChange }: ScopeBoxesProps) {
  const say = useSay();
  const text = useText();
  return (
    <fieldset>
      <legend>{say('scopes')}</legend>
      {offered.map((scope) => (
        <label key={scope} className="box">
          <input
            type="checkbox"
            checked={chosen.includes(scope)}
            onChange={({ target }) => {
              const others = chosen.filter((each) => each !== scope);
              onChange(target.checked ? [...others, scope] : others);
            }}
          />
          {text(scopeWords[scope])}
        </label>
      ))}
    </fieldset>
  );
}
