import { type ReactNode, useState } from 'react';
import { AskFirst } from './ask-first.tsx';
import { ProblemNote } from './problem-note.tsx';
import { ReasonField } from './reason-field.tsx';

export interface AskButtonProps {
  /** On the button, and on that which says yes where `yes` is not given. */
  readonly label: string;
  readonly question: string;
  readonly yes?: string;
  /** Which one, for those who hear the button alone. */
  readonly of?: string;
  readonly className?: string;
  readonly isHarsh?: boolean;
  /** A reason is asked for: it goes into the audit log. */
  readonly asksReason?: boolean;
  /** Rejects with what is shown. */
  readonly onYes: (reason: string) => Promise<void>;
  /** More to be answered. */
  readonly children?: ReactNode;
}

/** A button that asks before it does what it says. */
export function AskButton({
  label,
  question,
  yes = label,
  of,
  className,
  isHarsh = false,
  asksReason = false,
  onYes,
  children,
}: AskButtonProps) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const act = (): void => {
    setAsking(false);
    setProblem(undefined);
    setReason('');
    onYes(reason.trim()).catch(setProblem);
  };
  return (
    <>
      <button
        type="button"
        className={className}
        {...(of !== undefined && { 'aria-label': `${label}: ${of}` })}
        onClick={() => {
          setAsking(true);
        }}
      >
        {label}
      </button>
      <ProblemNote problem={problem} />
      {asking && (
        <AskFirst
          question={question}
          yes={yes}
          isHarsh={isHarsh}
          onYes={act}
          onNo={() => {
            setAsking(false);
          }}
        >
          {children}
          {asksReason && <ReasonField value={reason} onText={setReason} />}
        </AskFirst>
      )}
    </>
  );
}
