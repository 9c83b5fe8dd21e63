import type { Ref } from 'react';

export interface Head {
  readonly text: string;
  /** `wide`: not on a telephone; `end`: figures. */
  readonly className?: string | undefined;
}

export interface HeadsProps {
  readonly heads: readonly Head[];
  readonly ref?: Ref<HTMLTableSectionElement>;
}

/** The headings of a table's columns. */
export function Heads({ heads, ref }: HeadsProps) {
  return (
    <thead ref={ref}>
      <tr>
        {heads.map(({ text, className }) => (
          <th key={text} scope="col" className={className}>
            {text}
          </th>
        ))}
      </tr>
    </thead>
  );
}
