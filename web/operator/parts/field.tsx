import type { ComponentProps, ReactNode } from 'react';

export function Labelled({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <label>
      {label}
      {children}
    </label>
  );
}

export interface FieldProps extends Omit<ComponentProps<'input'>, 'onChange'> {
  readonly label: string;
  readonly value: string;
  readonly onText: (text: string) => void;
}

/** A line of text with its label above it. */
export function Field({ label, onText, ...input }: FieldProps) {
  return (
    <Labelled label={label}>
      <input
        autoComplete="off"
        {...input}
        onChange={(event) => {
          onText(event.target.value);
        }}
      />
    </Labelled>
  );
}
