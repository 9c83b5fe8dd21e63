import { soundWays } from '../../../src/call/ports/sip-engine.ts';
import { usePage, useSay } from '../context.ts';
import { timeOfDay } from '../format.ts';
import { measures, type Series } from '../quality-plot.ts';
import { Heads } from './heads.tsx';
import { measureWords, useMeasured } from './use-measured.ts';

/** What the plots show, in figures. */
export function MinutesTable({ series }: { readonly series: Series }) {
  const { language } = usePage();
  const say = useSay();
  const measured = useMeasured();
  const heads = [
    { text: say('time') },
    { text: say('way-of-sound') },
    ...measures.map((measure) => ({ text: say(measureWords[measure]), className: 'end' })),
  ];
  return (
    <details className="minutes">
      <summary>{say('minutes-table')}</summary>
      <div className="scrolls" tabIndex={0} role="region" aria-label={say('minutes-table')}>
        <table>
          <Heads heads={heads} />
          <tbody>
            {series.flatMap((point) =>
              soundWays.flatMap((way) => {
                const figures = point[way];
                if (figures === undefined) return [];
                return [
                  <tr key={`${point.at} ${way}`}>
                    <th scope="row" className="figure">
                      {timeOfDay(point.at, language)}
                    </th>
                    <td>{say(way)}</td>
                    {measures.map((measure) => (
                      <td key={measure} className="end figure">
                        {measured(measure, figures[measure])}
                      </td>
                    ))}
                  </tr>,
                ];
              }),
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}
