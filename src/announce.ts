import type { CallId, LegId } from './call/identifiers.ts';
import type { CallRecord, CallState } from './call/ports/call-records.ts';
import { formatCallId } from './meeting/call-id.ts';

/**
 * What a person at the terminal reads: where everything is, and a line as each call comes, joins
 * and ends. The log proper is pino's and holds no call IDs; these lines go to the terminal alone.
 */

export interface StartFacts {
  readonly version: string;
  readonly sipAddresses: readonly string[];
  readonly httpUrl: string;
  readonly apiKeyFile: string | undefined;
  readonly livekit: string;
  /** The first meeting, made for a newcomer; undefined where there are meetings already. */
  readonly firstMeeting: CallId | undefined;
  /** Whether only this machine can call. */
  readonly loopbackOnly: boolean;
  readonly logFile: string | undefined;
}

/** The lines printed when the gateway is ready for calls. */
export const startLines = (facts: StartFacts): string[] => {
  const callId = facts.firstMeeting;
  const key = facts.apiKeyFile === undefined ? '$RINGBRO_API_KEY' : `$(cat ${facts.apiKeyFile})`;
  const row = (label: string, value: string) => `  ${label.padEnd(12)}${value}`;
  return [
    `ringbro ${facts.version} is ready for calls.`,
    '',
    ...facts.sipAddresses.map((address, index) => row(index === 0 ? 'Dial' : '', address)),
    ...(callId === undefined
      ? [row('Meetings', `made over the API; one is dialled by its nine-digit call ID`)]
      : [row('Call ID', `${formatCallId(callId)}   a first meeting, made for you`)]),
    row(
      'Try it',
      `npm run call -- ${callId ?? '<callId>'}   in another terminal; twice for two callers`,
    ),
    row('', 'or any SIP phone: dial the address above and key in the call ID'),
    row(
      'Operator',
      `${facts.httpUrl}/operator   the page: who calls, and why somebody can't get in`,
    ),
    row('API', `${facts.httpUrl}/api/docs`),
    row('Call log', `curl -H "Authorization: Bearer ${key}" ${facts.httpUrl}/api/calls`),
    row('LiveKit', facts.livekit),
    ...(facts.logFile === undefined ? [] : [row('Log', facts.logFile)]),
    ...(facts.loopbackOnly
      ? [
          row('Open it', 'only this machine can call now. For others:'),
          row('', 'RINGBRO_SIP_ADDRESS=0.0.0.0 RINGBRO_PUBLIC_ADDRESS=<your address> npm start'),
          row('', 'and read docs/operations.md first: who may call, firewall, TLS'),
        ]
      : []),
    '',
  ];
};

const seconds = (ms: number): string => {
  const whole = Math.round(ms / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

const lineOf = (record: CallRecord): string | undefined => {
  const who = `call ${record.legId.slice(0, 6)}`;
  switch (record.state) {
    case 'ringing':
      return `${who} from ${record.from ?? 'a withheld number'} comes in`;
    case 'waiting':
      return `${who} waits to be let in`;
    case 'joined':
      return `${who} joins the meeting`;
    case 'ended': {
      const length =
        record.answeredAt === undefined
          ? ''
          : ` after ${seconds((record.endedAt ?? 0) - record.answeredAt)}`;
      const { result, reason, by } = record.termination ?? {
        result: 'failed',
        reason: 'unknown',
        by: 'gateway',
      };
      return `${who} ends${length}: ${result}, ${reason} (${by})`;
    }
    case 'ivr':
      return undefined;
  }
};

/** Ended calls may be told of again (their figures come last); so many are remembered as told. */
const rememberedEnds = 1000;

/** Turns each change of a call into a line, once a state; undefined where there is nothing new to tell. */
export const createCallAnnouncer = (): ((record: CallRecord) => string | undefined) => {
  const told = new Map<LegId, CallState>();
  const ended: LegId[] = [];
  return (record) => {
    if (told.get(record.legId) === record.state) return undefined;
    told.set(record.legId, record.state);
    if (record.state === 'ended') ended.push(record.legId);
    const forgotten = ended.length > rememberedEnds ? ended.shift() : undefined;
    if (forgotten !== undefined) told.delete(forgotten);
    return lineOf(record);
  };
};
