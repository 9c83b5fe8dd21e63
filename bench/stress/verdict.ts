/** Whether a run kept its limits: what the exit code says. */
import { percentile } from '../support/statistics.ts';
import type { StressResult } from './stress-result.ts';

export interface Limits {
  readonly failedCalls: number;
  readonly spacingP99Ms: number;
  readonly longestGapMs: number;
  /** undefined: measured and not judged. */
  readonly answerP99Ms: number | undefined;
  readonly soundP95Ms: number | undefined;
}

export interface Judgement {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly kept: boolean;
}

/** Descriptors that a gateway may hold more at the end than at the start: kept connections. */
const keptDescriptors = 8;

/** One line a limit. What could not be measured keeps none. */
export function judge(result: StressResult, limits: Limits): readonly Judgement[] {
  const line = (what: string, measured: number, limit: number | undefined): Judgement[] =>
    limit === undefined ? [] : [{ what, measured, limit, kept: measured <= limit }];
  const { outcomes, listeners, timed, sipp, leaks } = result;
  const downs = timed.soundMs;
  return [
    ...line('calls that failed', outcomes.failed, limits.failedCalls),
    ...line('calls in another room than keyed', outcomes.misrouted, 0),
    ...(listeners.length === 0
      ? []
      : [
          ...line(
            'RTP spacing p99 at the worst listener (ms)',
            Math.max(...listeners.map(({ spacingP99Ms }) => spacingP99Ms)),
            limits.spacingP99Ms,
          ),
          ...line(
            'longest RTP gap (ms)',
            Math.max(...listeners.map(({ longestMs }) => longestMs)),
            limits.longestGapMs,
          ),
        ]),
    ...line('INVITE to 200, p99 (ms)', percentile(sipp.answerTimesMs, 0.99), limits.answerP99Ms),
    ...(timed.calls === 0
      ? []
      : line('ninth digit to sound, p95 (ms)', downs.p95, limits.soundP95Ms)),
    ...line('calls still live after the end', leaks.liveCalls, 0),
    ...line('descriptors more than before', leaks.descriptors, keptDescriptors),
  ];
}
