/** One call: how it stands, what happened, how it sounded, what can be done. */
import { useEffect } from 'react';
import type { Call } from '../../shared/api.ts';
import { useDesk, usePage, useSay, useText } from '../context.ts';
import { dateAndTime, spacedCallId, spacedCode } from '../format.ts';
import { CallActions } from '../parts/call-actions.tsx';
import { CallQuality } from '../parts/call-quality.tsx';
import { CallVerdict } from '../parts/call-verdict.tsx';
import { LevelMeter } from '../parts/level-meter.tsx';
import { Facts } from '../parts/facts.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Reveal } from '../parts/reveal.tsx';
import { SipLadder } from '../parts/sip-ladder.tsx';
import { StoryList } from '../parts/story-list.tsx';
import { useCallerText } from '../parts/caller.tsx';
import { Age } from '../parts/age.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { clockSpan, lengthMs } from '../format.ts';
import { identificationWords, roleWords, stateWords } from '../words/fact-words.ts';

/** Several events of one moment are read once. */
const readSoonMs = 250;
/** The story has lines that no event tells of. */
const readEveryMs = 3_000;
/** What is measured is added shortly after the end. */
const readAfterEndMs = 1_500;

export function CallPage({ legId }: { readonly legId: string }) {
  const { feed } = useDesk();
  const say = useSay();
  const { answer: call, problem, again } = useAnswer<Call>(`/api/calls/${legId}`);
  const isOver = call?.state === 'ended';

  useEffect(() => {
    let soon: number | undefined;
    const stop = feed.onEvent(({ type, data }) => {
      if (data['legId'] !== legId) return;
      const delayMs = type === 'call.ended' ? readAfterEndMs : readSoonMs;
      clearTimeout(soon);
      soon = window.setTimeout(again, delayMs);
    });
    return () => {
      stop();
      clearTimeout(soon);
    };
  }, [feed, legId, again]);
  useEffect(() => {
    if (isOver) return undefined;
    const timer = window.setInterval(again, readEveryMs);
    return () => {
      clearInterval(timer);
    };
  }, [isOver, again]);

  if (call === undefined)
    return (
      <Page title={say('call')}>
        {problem === undefined ? (
          <p className="empty">{say('loading')}</p>
        ) : (
          <ProblemNote problem={problem} />
        )}
      </Page>
    );
  return <KnownCall call={call} problem={problem} again={again} />;
}

interface KnownCallProps {
  readonly call: Call;
  readonly problem: unknown;
  readonly again: () => void;
}

function KnownCall({ call, problem, again }: KnownCallProps) {
  const say = useSay();
  const text = useText();
  const callerText = useCallerText();
  const person = call.direction === 'outbound' ? call.to : call.from;
  const title = callerText({ from: person, isProtected: call.protectedIdentity });
  return (
    <Page
      title={`${say('call')} ${title}`}
      beside={
        <span className={`state ${call.state}`} role="status">
          {text(stateWords[call.state])}
        </span>
      }
    >
      <CallVerdict call={call} />
      <ProblemNote problem={problem} />
      <div className="actions">
        {call.state !== 'ended' && <CallActions call={call} onDone={again} />}
        <Reveal call={call} />
      </div>
      <div className="columns">
        <section aria-labelledby="story">
          <h2 id="story">{say('story')}</h2>
          <StoryList timeline={call.timeline} startedAt={call.startedAt} />
        </section>
        <div>
          <section aria-labelledby="facts">
            <h2 id="facts">{say('facts')}</h2>
            <CallFacts call={call} />
          </section>
          <section aria-labelledby="security">
            <h2 id="security">{say('security')}</h2>
            <Security call={call} />
          </section>
        </div>
      </div>
      <section aria-labelledby="quality">
        <h2 id="quality">{say('quality')}</h2>
        <CallQuality call={call} />
      </section>
      <section aria-labelledby="ladder">
        <h2 id="ladder">{say('ladder')}</h2>
        <SipLadder call={call} />
      </section>
    </Page>
  );
}

function CallFacts({ call }: { readonly call: Call }) {
  const { language } = usePage();
  const say = useSay();
  const text = useText();
  const { feedback, identification, role, supportCode } = call;
  const knownAs = [
    identification && text(identificationWords[identification]),
    role && text(roleWords[role]),
  ];
  return (
    <Facts
      facts={[
        [say('support-code'), supportCode === null ? null : spacedCode(supportCode)],
        [say('meeting'), call.callId === null ? null : spacedCallId(call.callId)],
        [say('dialled'), call.direction === 'outbound' ? null : call.to],
        [say('started'), dateAndTime(call.startedAt, language)],
        [
          say('duration'),
          call.endedAt === null ? (
            <Age since={call.startedAt} />
          ) : (
            clockSpan(lengthMs(call, Date.parse(call.endedAt)))
          ),
        ],
        [say('name'), call.name],
        [say('identification'), knownAs.filter((each) => each !== null).join(', ') || null],
        [
          say('level'),
          call.state === 'joined' ? <LevelMeter key="level" legId={call.legId} /> : null,
        ],
        [say(call.video ? 'room-people' : 'people'), call.people > 1 ? call.people : null],
        [say('way'), [call.trunk, call.engine].filter((each) => each !== null).join(' · ')],
        [say('node'), call.nodeId],
        [say('codec'), call.codec],
        [say('sip-call-id'), <code key="sip">{call.sipCallId}</code>],
        [
          say('feedback'),
          feedback === null ? null : say(feedback.technologyWorked ? 'worked' : 'did-not-work'),
        ],
      ]}
    />
  );
}

/** Said as it is: SRTP whose keys everybody on the way could read protects nothing. */
function Security({ call }: { readonly call: Call }) {
  const say = useSay();
  const { security } = call;
  if (security === null) return <p>{say('security-unknown')}</p>;
  const words = call.encrypted
    ? 'encrypted'
    : security.media === 'srtp'
      ? 'keys-readable'
      : 'not-encrypted';
  const parts = [
    `SIP ${security.signalling.toUpperCase()}`,
    security.media.toUpperCase(),
    security.keys?.toUpperCase(),
    security.suite,
  ];
  return (
    <>
      <p>
        <span aria-hidden="true">{call.encrypted ? '🔒 ' : '⚠ '}</span>
        {say(words)}
      </p>
      <p className="fine">{parts.filter((part) => part !== undefined).join(' · ')}</p>
    </>
  );
}
