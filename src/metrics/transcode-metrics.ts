/** Transcoding in the figures of the media workers: totals of those that run and those that are over. */
import { Counter, Gauge, type Registry } from 'prom-client';

type Figures = Readonly<Record<string, number>>;

const outcomes = {
  started: 'transcodesStarted',
  failed: 'transcodesFailed',
  refused: 'transcodesRefused',
} as const;

export function watchTranscodes(
  registry: Registry,
  figures: () => Promise<Figures | undefined>,
): void {
  const registers = [registry];
  new Gauge({
    name: 'ringbro_transcodes',
    help: 'Pictures that are transcoded now for video rooms',
    registers,
    async collect() {
      this.set((await figures())?.['transcodes'] ?? 0);
    },
  });
  new Counter({
    name: 'ringbro_transcodes_total',
    help: 'Pictures begun to be transcoded, those of them that failed, and those refused for the limit',
    labelNames: ['outcome'] as const,
    registers,
    async collect() {
      const found = (await figures()) ?? {};
      this.reset();
      for (const [outcome, name] of Object.entries(outcomes))
        this.inc({ outcome }, found[name] ?? 0);
    },
  });
  new Counter({
    name: 'ringbro_transcode_cpu_seconds_total',
    help: 'Processor time of the transcoding programs',
    registers,
    async collect() {
      const { transcodeCpuSeconds = 0 } = (await figures()) ?? {};
      this.reset();
      this.inc(transcodeCpuSeconds);
    },
  });
}
