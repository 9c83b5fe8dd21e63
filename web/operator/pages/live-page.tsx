/** What happens now: who waits, and all calls. A row draws itself anew, the table only where one comes or goes. */
import { memo, useCallback, useState, useSyncExternalStore } from 'react';
import { useDesk, useSay, useText } from '../context.ts';
import { spacedCallId, spacedCode } from '../format.ts';
import type { LiveCall } from '../live-calls.ts';
import { Age } from '../parts/age.tsx';
import { CallLink } from '../parts/call-link.tsx';
import { Heads } from '../parts/heads.tsx';
import { LevelMeter } from '../parts/level-meter.tsx';
import { Page } from '../parts/page.tsx';
import { QualityMark } from '../parts/quality-mark.tsx';
import { useRowWindow } from '../parts/use-row-window.ts';
import { rowHeightPx } from '../row-window.ts';
import { stateWords } from '../words/fact-words.ts';

export function LivePage() {
  const { calls, feed } = useDesk();
  const say = useSay();
  const asking = useSyncExternalStore(calls.subscribe, calls.asking);
  const waiting = useSyncExternalStore(calls.subscribe, calls.waiting);
  const others = useSyncExternalStore(calls.subscribe, calls.others);
  const isConnected = useSyncExternalStore(feed.subscribe, feed.isConnected);
  const isLoaded = useSyncExternalStore(feed.subscribe, feed.isLoaded);
  const [wanted, setWanted] = useState('');

  const status = (
    <p className={isConnected ? 'pulse' : 'pulse off'}>
      {say(isConnected ? 'connected' : 'connecting')}
    </p>
  );
  return (
    <Page title={say('live')} beside={status}>
      {asking.length > 0 && (
        <section aria-labelledby="asking">
          <h2 id="asking">
            {say('desk')} <span className="count urgent">{asking.length}</span>
          </h2>
          <CallTable legIds={asking} labelledBy="asking" />
        </section>
      )}
      <section aria-labelledby="waiting">
        <h2 id="waiting">
          {say('waiting')} <span className="count">{waiting.length}</span>
        </h2>
        {waiting.length === 0 ? (
          <p className="empty">{say('nobody-waits')}</p>
        ) : (
          <CallTable legIds={waiting} labelledBy="waiting" />
        )}
      </section>
      <section aria-labelledby="calls">
        <div className="title">
          <h2 id="calls">
            {say('in-progress')} <span className="count">{others.length}</span>
          </h2>
          <input
            type="search"
            className="filter"
            aria-label={say('filter')}
            placeholder={say('filter')}
            value={wanted}
            onChange={(event) => {
              setWanted(event.target.value);
            }}
          />
        </div>
        {others.length === 0 ? (
          <p className="empty">{say(isLoaded ? 'no-calls' : 'loading')}</p>
        ) : (
          <CallTable legIds={found(others, calls.get, wanted)} labelledBy="calls" />
        )}
      </section>
    </Page>
  );
}

/** By the end of a number or meeting ID, by trunk or support code. */
function found(
  legIds: readonly string[],
  get: (legId: string) => LiveCall | undefined,
  wanted: string,
): readonly string[] {
  const text = wanted.toLowerCase().replaceAll(/\s/g, '');
  if (text === '') return legIds;
  return legIds.filter((legId) => {
    const call = get(legId);
    const looked = [call?.from, call?.callId, call?.trunk, call?.supportCode, call?.engine];
    return looked.some((each) => each?.toLowerCase().includes(text) === true);
  });
}

const CallTable = memo(function CallTable({
  legIds,
  labelledBy,
}: {
  readonly legIds: readonly string[];
  readonly labelledBy: string;
}) {
  const say = useSay();
  const { table, shown } = useRowWindow(legIds.length);
  const heads = [
    { text: say('caller') },
    { text: say('state') },
    { text: say('meeting') },
    { text: say('way'), className: 'wide' },
    { text: say('quality'), className: 'wide' },
    { text: say('code'), className: 'wide' },
    { text: say('age'), className: 'end' },
  ];
  return (
    <table aria-labelledby={labelledBy} aria-rowcount={legIds.length + 1} className="calls live">
      <Heads heads={heads} ref={table} />
      <Space rows={shown.first} />
      <tbody>
        {legIds.slice(shown.first, shown.end).map((legId, index) => (
          <CallRow key={legId} legId={legId} rowIndex={shown.first + index + 2} />
        ))}
      </tbody>
      <Space rows={legIds.length - shown.end} />
    </table>
  );
});

/** In place of rows that are too far away to be seen. */
function Space({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    <tbody aria-hidden="true">
      <tr>
        <td colSpan={7} style={{ height: `${rows * rowHeightPx}px` }} />
      </tr>
    </tbody>
  );
}

interface CallRowProps {
  readonly legId: string;
  /** In the whole table, its heading counted: for screen readers. */
  readonly rowIndex: number;
}

const CallRow = memo(function CallRow({ legId, rowIndex }: CallRowProps) {
  const { calls } = useDesk();
  const subscribe = useCallback(
    (listener: () => void) => calls.subscribeTo(legId, listener),
    [calls, legId],
  );
  const call = useSyncExternalStore(subscribe, () => calls.get(legId));
  if (call === undefined) return null;
  return (
    <tr aria-rowindex={rowIndex}>
      <th scope="row">
        <CallLink call={call} />
      </th>
      <td>
        <StateOf call={call} />
        <Marks call={call} />
      </td>
      <td className="figure">{call.callId === null ? '–' : spacedCallId(call.callId)}</td>
      <td className="wide">{call.trunk ?? call.engine ?? '…'}</td>
      <td className="wide">
        <LevelMeter legId={legId} /> <QualityMark mos={call.mos} />
      </td>
      <td className="wide figure">
        {call.supportCode === null ? '' : spacedCode(call.supportCode)}
      </td>
      <td className="end">
        <Age since={call.startedAt} />
      </td>
    </tr>
  );
});

/** Whoever asks for a person does nothing else. */
function StateOf({ call: { state, desk } }: { readonly call: LiveCall }) {
  const say = useSay();
  const text = useText();
  if (desk === null) return <span className={`state ${state}`}>{text(stateWords[state])}</span>;
  return (
    <span className={desk === 'called' ? 'state urgent' : 'state joined'}>
      {say(`desk-${desk}`)}
    </span>
  );
}

function Marks({ call }: { readonly call: LiveCall }) {
  const say = useSay();
  return (
    <>
      {call.muted && <span className="tag">{say('muted')}</span>}
      {call.handRaised && <span className="tag strong">{say('hand')}</span>}
      {call.onHold && <span className="tag">{say('hold')}</span>}
    </>
  );
}
