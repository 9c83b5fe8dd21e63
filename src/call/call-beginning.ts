/** The beginning of a call: from the INVITE to the first words after the ACK. */
import { decideAnew, startIvr } from './call-admission.ts';
import { enter, type CallContext } from './call-context.ts';
import { answer, findMeeting } from './call-requests.ts';
import type { CallOutput } from './call-messages.ts';
import { askToGoBack, askToJoin } from './call-question.ts';
import { beginSoundTest } from './call-test.ts';

type Outputs = readonly CallOutput[];

export function onStart(c: CallContext, now: number): Outputs {
  c.startedAt = now;
  c.timers.set('limit', now + c.settings.maxCallMs);
  const arrived: Outputs = [{ do: 'note', event: 'arrived' }, { do: 'ring' }];
  if (c.route.kind !== 'video-address') return [...arrived, ...beginJournal(c, now)];
  enter(c, 'looking');
  const { address } = c.route;
  return [...arrived, ...findMeeting(c, now, { kind: 'video-address', address })];
}

export function beginJournal(c: CallContext, now: number): Outputs {
  enter(c, 'ringing');
  c.timers.set('request', now + c.settings.requestTimeoutMs);
  return [{ do: 'begin-journal' }];
}

export function ring(c: CallContext, now: number): Outputs {
  if (c.settings.ringMs === 0) return answer(c, now);
  c.timers.clear('request');
  c.timers.set('ring', now + c.settings.ringMs);
  return [];
}

export function onConfirmed(c: CallContext, now: number): Outputs {
  c.timers.clear('request');
  c.confirmed = true;
  c.speaker.confirmed(now);
  const note: CallOutput = { do: 'note', event: 'confirmed' };
  if (c.route.kind === 'test') return [note, ...beginSoundTest(c, now)];
  if (c.route.kind === 'dial-out') return [note, ...askToJoin(c, now, c.route.callId)];
  if (c.route.kind === 'call-id') {
    enter(c, 'finding');
    const { callId } = c.route;
    // The opening tone alone; what the meeting answers takes its place.
    const tone = c.speaker.say(now, []);
    return [note, ...tone, ...findMeeting(c, now, { kind: 'call-id', callId })];
  }
  if (c.meeting === undefined) return [note, ...greet(c, now)];
  return [note, ...decideAnew(c, now)];
}

/** Whose line broke just now is offered the way back; everybody else is asked for an ID. */
function greet(c: CallContext, now: number): Outputs {
  const { vouchedNumber } = c.surroundings;
  const isNumbered = c.route.kind === 'ivr' && vouchedNumber !== undefined;
  const callId = isNumbered ? c.surroundings.brokenLine?.(vouchedNumber) : undefined;
  return callId === undefined ? startIvr(c, now) : askToGoBack(c, now, callId);
}
