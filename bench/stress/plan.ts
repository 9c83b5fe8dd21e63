/** What a stress run does, as the command line says it. */
import { parseArgs } from 'node:util';
import type { Limits } from './verdict.ts';

export interface StressPlan {
  /** How many calls are offered in all; each is held for `holdS` in its room. */
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly holdS: number;
  /** The calls are spread over so many meetings in turn; 0: nobody keys an ID, all stay in the IVR. */
  readonly rooms: number;
  /** Whole calls of our own beside SIPp's, one after another, whose times are taken. */
  readonly timedCalls: number;
  /** Callers of our own who stay in the first rooms and look at the spacing of what they get. */
  readonly listeners: number;
  /** Guests of LiveKit's own SDK, one a room, who speak and hear. */
  readonly witnesses: number;
  readonly engine: 'embedded' | 'drachtio';
  /** Processes of others whose CPU and memory is taken too: the servers that the engine works with. */
  readonly watched: readonly WatchedProcess[];
  /** Gateways started by the run itself, which share PostgreSQL and the load where there are several. */
  readonly nodes: number;
  /** Sound between nodes goes by LiveKit alone. */
  readonly noLinks: boolean;
  /** Whether all callers of a meeting dial the same gateway; else they are in turn on all of them. */
  readonly wholeMeetings: boolean;
  /** A gateway that runs already, in place of own ones. */
  readonly target: RunningGateway | undefined;
  /** The published number that is dialled. */
  readonly number: string;
  readonly limits: Limits;
  /** Folder for report.md, report.html and report.json; undefined: the report is printed alone. */
  readonly reportDir: string | undefined;
}

export interface WatchedProcess {
  readonly name: string;
  readonly pid: number;
}

export interface RunningGateway {
  /** `host:port` of its SIP over UDP. */
  readonly sip: string;
  readonly apiUrl: string;
  readonly apiKey: string;
}

export const stressHelp = `npm run stress -- [options]     offers many calls at once and reports how they went

  --calls N         calls in all                                    [50]
  --rate R          new calls a second                              [5]
  --hold S          seconds that each is held in its room           [30]
  --rooms M         meetings they are spread over; 0: all stay in the IVR   [25]
  --timed N         whole calls one after another, timed            [10]
  --listeners N     callers who look at the spacing of what they hear [2]
  --witnesses N     guests of LiveKit's own SDK, one a room         [1]
  --engine E        embedded or drachtio, on the servers that RINGBRO_TEST_DRACHTIO… name   [embedded]
  --watch NAME=PID,…    processes whose CPU and memory is told as well
  --nodes N         gateways that share the load                    [1]
  --no-links        sound between gateways goes by LiveKit alone
  --whole           all callers of a meeting dial the same of them; else in turn
  --number DIGITS   what is dialled                                 [0480445511]
  --target HOST:PORT --api URL --key KEY    a gateway that runs already
  --report DIR      writes report.md, report.html and report.json there

Limits that decide the exit code (0 all kept, 1 one broken, 2 the run itself failed)
  --max-failed N    calls that did not go as they should            [0]
  --max-spacing MS  p99 of RTP spacing at every listener            [25]
  --max-gap MS      the longest spacing                             [60]
  --max-answer MS   p99 of INVITE to 200                            [none]
  --max-sound MS    p95 of ninth digit to sound                     [none]`;

const options = {
  calls: { type: 'string', default: '50' },
  rate: { type: 'string', default: '5' },
  hold: { type: 'string', default: '30' },
  rooms: { type: 'string', default: '25' },
  timed: { type: 'string', default: '10' },
  listeners: { type: 'string', default: '2' },
  witnesses: { type: 'string', default: '1' },
  engine: { type: 'string', default: 'embedded' },
  watch: { type: 'string' },
  nodes: { type: 'string', default: '1' },
  'no-links': { type: 'boolean', default: false },
  whole: { type: 'boolean', default: false },
  number: { type: 'string', default: '0480445511' },
  target: { type: 'string' },
  api: { type: 'string' },
  key: { type: 'string' },
  report: { type: 'string' },
  'max-failed': { type: 'string', default: '0' },
  'max-spacing': { type: 'string', default: '25' },
  'max-gap': { type: 'string', default: '60' },
  'max-answer': { type: 'string' },
  'max-sound': { type: 'string' },
} as const;

/** Throws an Error whose message is for the person at the terminal. */
export function parsePlan(args: readonly string[]): StressPlan {
  const { values } = parseArgs({ args: [...args], options });
  const number = (name: keyof typeof values, least: number, whole = true): number => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < least || (whole && !Number.isInteger(value)))
      throw new Error(`--${name} must be a ${whole ? 'whole ' : ''}number from ${least}`);
    return value;
  };
  const limit = (name: keyof typeof values): number | undefined =>
    values[name] === undefined ? undefined : number(name, 0, false);
  const { engine } = values;
  if (engine !== 'embedded' && engine !== 'drachtio')
    throw new Error('--engine must be embedded or drachtio');
  if (!/^\+?[0-9]{1,15}$/.test(values.number)) throw new Error('--number must be a number');
  const rooms = number('rooms', 0);
  const plan: StressPlan = {
    calls: number('calls', 1),
    callsPerSecond: number('rate', 0.1, false),
    holdS: number('hold', 1, false),
    rooms,
    // In the IVR there is no room to listen to.
    timedCalls: number('timed', 0),
    listeners: rooms === 0 ? 0 : number('listeners', 0),
    witnesses: Math.min(rooms, number('witnesses', 0)),
    engine,
    watched: watchedOf(values.watch),
    nodes: number('nodes', 1),
    noLinks: values['no-links'],
    wholeMeetings: values.whole,
    target: targetOf(values.target, values.api, values.key),
    number: values.number,
    limits: {
      failedCalls: number('max-failed', 0),
      spacingP99Ms: number('max-spacing', 0, false),
      longestGapMs: number('max-gap', 0, false),
      answerP99Ms: limit('max-answer'),
      soundP95Ms: limit('max-sound'),
    },
    reportDir: values.report,
  };
  if (plan.target !== undefined && plan.nodes > 1)
    throw new Error('--nodes starts gateways itself and does not go with --target');
  if (plan.target !== undefined && plan.witnesses + plan.timedCalls > 0)
    throw new Error(
      '--target needs --witnesses 0 --timed 0: rooms are the other gateway’s, and so are their keys',
    );
  return plan;
}

function watchedOf(list: string | undefined): readonly WatchedProcess[] {
  return (list?.split(',') ?? []).map((entry) => {
    const [, name = '', pid = ''] = /^([a-z0-9 -]+)=([1-9][0-9]*)$/i.exec(entry) ?? [];
    if (name === '') throw new Error('--watch must be name=pid, several with commas between');
    return { name, pid: Number(pid) };
  });
}

function targetOf(
  sip: string | undefined,
  apiUrl: string | undefined,
  apiKey: string | undefined,
): RunningGateway | undefined {
  if (sip === undefined && apiUrl === undefined && apiKey === undefined) return undefined;
  if (sip === undefined || apiUrl === undefined || apiKey === undefined)
    throw new Error('--target, --api and --key go together');
  if (!/^[^:\s]+:[0-9]{1,5}$/.test(sip)) throw new Error('--target must be host:port');
  return { sip, apiUrl: apiUrl.replace(/\/$/, ''), apiKey };
}
