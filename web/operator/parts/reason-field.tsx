import { useSay } from '../context.ts';
import { Field } from './field.tsx';

/** Why something is done: it goes into the audit log. */
export function ReasonField({
  value,
  onText,
}: {
  readonly value: string;
  readonly onText: (text: string) => void;
}) {
  const say = useSay();
  return (
    <Field
      label={say('reveal-why')}
      required
      minLength={3}
      maxLength={200}
      value={value}
      onText={onText}
    />
  );
}
