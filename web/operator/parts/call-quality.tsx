import { soundWays, type SoundWay } from '../../../src/call/ports/sip-engine.ts';
import type { Call } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { figure, timeOfDay } from '../format.ts';
import { type Measure, measures, plotHeight, plotOf, plotWidth } from '../quality-plot.ts';
import { MinutesTable } from './minutes-table.tsx';
import { QualityMark } from './quality-mark.tsx';
import { measureWords, useMeasured } from './use-measured.ts';

type Quality = NonNullable<Call['quality']>;

/** Each way of the sound for itself, over the time of the call: whose side is bad, and since when. */
export function CallQuality({ call }: { readonly call: Call }) {
  const { language } = usePage();
  const say = useSay();
  const { quality } = call;
  if (quality === null)
    return <p className="empty">{say(call.state === 'ended' ? 'no-quality' : 'no-quality-yet')}</p>;
  const first = quality.series[0];
  const last = quality.series.at(-1);
  return (
    <>
      <div className="ways">
        {soundWays.map((way) => (
          <WayPlots key={way} way={way} quality={quality} />
        ))}
      </div>
      {quality.roundTripMs !== null && (
        <p className="fine">
          {say('round-trip')}: {figure(quality.roundTripMs, language, 0)} ms
        </p>
      )}
      {first !== undefined && last !== undefined ? (
        <>
          <p className="fine">
            {say('plots-span', {
              from: timeOfDay(first.at, language),
              to: timeOfDay(last.at, language),
            })}
          </p>
          <MinutesTable series={quality.series} />
        </>
      ) : (
        <p className="fine">{say('series-later')}</p>
      )}
    </>
  );
}

function WayPlots({ way, quality }: { readonly way: SoundWay; readonly quality: Quality }) {
  const say = useSay();
  const measured = useMeasured();
  const figures = quality[way];
  return (
    <section className="way" aria-label={say(way)}>
      <h3>
        {say(way)} {figures !== null && <QualityMark mos={figures.mos} />}
      </h3>
      {figures === null ? (
        <p className="empty">{say('no-reports')}</p>
      ) : (
        <dl>
          {measures.map((measure) => (
            <div key={measure}>
              <dt>{say(measureWords[measure])}</dt>
              <dd className="figure">{measured(measure, figures[measure])}</dd>
              <dd>
                <PlotOf way={way} measure={measure} quality={quality} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

interface PlotOfProps {
  readonly way: SoundWay;
  readonly measure: Measure;
  readonly quality: Quality;
}

/** A picture of what the table below it says in figures. */
function PlotOf({ way, measure, quality }: PlotOfProps) {
  const say = useSay();
  const measured = useMeasured();
  const plot = plotOf(quality.series, way, measure);
  if (plot === undefined) return null;
  const worst = say('plot-worst', { worst: measured(measure, plot.worst) });
  const label = `${say(measureWords[measure])}: ${worst}`;
  return (
    <>
      {quality.series.length > 1 && <span className="worst fine">{worst}</span>}
      <svg
        viewBox={`0 0 ${plotWidth} ${plotHeight}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <title>{label}</title>
        <line x1="0" x2={plotWidth} y1={plotHeight - 4} y2={plotHeight - 4} className="ground" />
        <path d={plot.path} />
        {plot.dots.map(([x, y]) => (
          // Without a length, round at its ends: a circle would be drawn out with the plot.
          <path key={x} d={`M${x} ${y}h0`} className="dot" />
        ))}
      </svg>
    </>
  );
}
