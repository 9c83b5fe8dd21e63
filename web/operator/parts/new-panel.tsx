import { type ReactNode, type SubmitEvent, useState } from 'react';
import { ProblemNote } from './problem-note.tsx';

export interface NewPanelProps {
  readonly title: string;
  /** On the button. */
  readonly make: string;
  readonly isReady?: boolean;
  /** Rejects with what is shown. */
  readonly onMake: () => Promise<void>;
  readonly hint?: string;
  readonly children: ReactNode;
  /** Of what was made: a secret that is shown once. */
  readonly made?: ReactNode;
}

/** The form for one more of a list. */
export function NewPanel({
  title,
  make,
  isReady = true,
  onMake,
  hint,
  children,
  made,
}: NewPanelProps) {
  const [problem, setProblem] = useState<unknown>();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setProblem(undefined);
    onMake().catch(setProblem);
  };
  return (
    <section className="panel">
      <h2>{title}</h2>
      {hint !== undefined && <p className="fine">{hint}</p>}
      <form className="inline" onSubmit={submit}>
        {children}
        <button type="submit" className="strong" disabled={!isReady}>
          {make}
        </button>
      </form>
      <ProblemNote problem={problem} />
      {made}
    </section>
  );
}

/** A secret, shown once. */
export function Secret({ words, secret }: { readonly words: string; readonly secret: string }) {
  return (
    <div className="note" role="status">
      <p>{words}</p>
      <p>
        <code className="secret">{secret}</code>
      </p>
    </div>
  );
}
