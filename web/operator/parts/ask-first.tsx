import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useSay } from '../context.ts';

export interface AskFirstProps {
  readonly question: string;
  /** What is done on yes. */
  readonly yes: string;
  readonly isHarsh?: boolean;
  /** There is nothing to cancel: whoever closes it says yes. */
  readonly isSimple?: boolean;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly children?: ReactNode;
}

/** A question before something is done. The browser keeps the focus inside and gives it back. */
export function AskFirst({
  question,
  yes,
  isHarsh,
  isSimple,
  onYes,
  onNo,
  children,
}: AskFirstProps) {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={onNo}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onYes();
        }}
      >
        <p id={id}>{question}</p>
        {children}
        <div className="buttons">
          {isSimple !== true && (
            <button type="button" className="plain" onClick={onNo}>
              {say('cancel')}
            </button>
          )}
          <button type="submit" className={isHarsh === true ? 'harsh' : 'strong'}>
            {yes}
          </button>
        </div>
      </form>
    </dialog>
  );
}
