import type { ReactNode } from 'react';
import { useSay } from '../context.ts';
import { type Head, Heads } from './heads.tsx';

export interface Column<Row> extends Head {
  readonly cell: (row: Row) => ReactNode;
}

export interface ListTableProps<Row> {
  readonly label: string;
  /** The first one names the row. */
  readonly columns: readonly [Column<Row>, ...Column<Row>[]];
  /** Undefined: not known yet. */
  readonly rows: readonly Row[] | undefined;
  readonly keyOf: (row: Row) => string;
}

/** A list of things as a table; says so where there are none. */
export function ListTable<Row>({ label, columns, rows, keyOf }: ListTableProps<Row>) {
  const say = useSay();
  const [first, ...others] = columns;
  if (rows === undefined) return null;
  if (rows.length === 0) return <p className="empty">{say('nothing')}</p>;
  return (
    <table aria-label={label}>
      <Heads heads={columns} />
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            <th scope="row" className={first.className}>
              {first.cell(row)}
            </th>
            {others.map(({ text, className, cell }) => (
              <td key={text} className={className}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
