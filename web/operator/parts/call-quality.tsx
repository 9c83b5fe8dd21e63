import { soundWays } from '../../../src/call/ports/sip-engine.ts';
import type { Call } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { figure } from '../format.ts';
import { QualityMark } from './quality-mark.tsx';

type Way = NonNullable<Call['quality']>['up'];

/** Each way of the sound for itself, so that one sees whose side is bad. */
export function CallQuality({ call }: { readonly call: Call }) {
  const { language } = usePage();
  const say = useSay();
  const { quality } = call;
  if (quality === null)
    return <p className="empty">{say(call.state === 'ended' ? 'no-quality' : 'no-quality-yet')}</p>;
  return (
    <>
      <table>
        <thead>
          <tr>
            <td />
            {(['mos', 'loss', 'jitter', 'concealed'] as const).map((word) => (
              <th key={word} scope="col" className="end">
                {say(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {soundWays.map((way) => (
            <WayRow key={way} name={say(way)} way={quality[way]} />
          ))}
        </tbody>
      </table>
      {quality.roundTripMs !== null && (
        <p className="fine">
          {say('round-trip')}: {figure(quality.roundTripMs, language, 0)} ms
        </p>
      )}
    </>
  );
}

function WayRow({ name, way }: { readonly name: string; readonly way: Way | null }) {
  const { language } = usePage();
  const say = useSay();
  return (
    <tr>
      <th scope="row">{name}</th>
      {way === null ? (
        <td colSpan={4} className="end empty">
          {say('no-reports')}
        </td>
      ) : (
        <>
          <td className="end">
            <QualityMark mos={way.mos} />
          </td>
          <td className="end figure">{figure(way.lossPct, language)} %</td>
          <td className="end figure">{figure(way.jitterMs, language, 0)} ms</td>
          <td className="end figure">
            {way.concealedMs === undefined ? '–' : `${figure(way.concealedMs, language, 0)} ms`}
          </td>
        </>
      )}
    </tr>
  );
}
