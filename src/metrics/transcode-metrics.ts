/** Transcoding in the media workers' figures: totals of those that run and those that are over. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface TranscodeMetrics {
  /** What is left of the figures is of others. */
  take(figures: Readonly<Record<string, number>>): Readonly<Record<string, number>>;
}

export function transcodeMetrics(registry: Registry): TranscodeMetrics {
  const registers = [registry];
  const running = new Gauge({
    name: 'ringbro_transcodes',
    help: 'Pictures that are transcoded now for video rooms',
    registers,
  });
  const outcomes = new Counter({
    name: 'ringbro_transcodes_total',
    help: 'Pictures begun to be transcoded, those of them that failed, and those refused for the limit',
    labelNames: ['outcome'] as const,
    registers,
  });
  const cpu = new Counter({
    name: 'ringbro_transcode_cpu_seconds_total',
    help: 'Processor time of the transcoding programs',
    registers,
  });
  return {
    take(figures) {
      const {
        transcodes = 0,
        transcodesStarted = 0,
        transcodesFailed = 0,
        transcodesRefused = 0,
        transcodeCpuSeconds = 0,
        ...others
      } = figures;
      running.set(transcodes);
      outcomes.reset();
      outcomes.inc({ outcome: 'started' }, transcodesStarted);
      outcomes.inc({ outcome: 'failed' }, transcodesFailed);
      outcomes.inc({ outcome: 'refused' }, transcodesRefused);
      cpu.reset();
      cpu.inc(transcodeCpuSeconds);
      return others;
    },
  };
}
