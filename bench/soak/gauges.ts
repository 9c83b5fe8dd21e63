/** What a gateway holds, once every few seconds: memory and descriptors from /proc, timers from its metrics. */
import { openDescriptors, residentMib } from '../stress/process-series.ts';

export interface GaugeSample {
  readonly atS: number;
  readonly rssMib: number;
  readonly descriptors: number;
  /** NaN where the gateway shows no metrics. */
  readonly timers: number;
}

export interface WatchedGateway {
  readonly pid: number;
  readonly metricsUrl: string;
  readonly apiKey: string;
}

export async function readGauges(gateway: WatchedGateway, atS: number): Promise<GaugeSample> {
  const { pid, metricsUrl, apiKey } = gateway;
  const metrics = await fetch(metricsUrl, { headers: { authorization: `Bearer ${apiKey}` } })
    .then((response) => (response.ok ? response.text() : ''))
    .catch(() => '');
  const [rssMib, descriptors] = [await residentMib(pid), await openDescriptors(pid)];
  return { atS, rssMib, descriptors, timers: timersIn(metrics) };
}

/** Active timers of the main thread, as prom-client's own metrics show them. */
export function timersIn(metrics: string): number {
  const value = /^nodejs_active_resources\{type="Timeout"\} (\d+)/m.exec(metrics)?.[1];
  if (value !== undefined) return Number(value);
  return metrics === '' ? Number.NaN : 0;
}
