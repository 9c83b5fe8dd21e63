/** What the page notes of itself: from an event's arrival to its painted frame, and what blocked. */
import type { Page } from 'puppeteer-core';

/** Runs before the page's own script: every listener of the event stream is timed. */
export const probe = `
window.probe = { updates: [], longTasks: [], startedAt: 0, on: false, start() {
  this.on = true; this.updates.length = 0; this.longTasks.length = 0; this.startedAt = performance.now();
} };
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) if (probe.on) probe.longTasks.push(duration);
}).observe({ entryTypes: ['longtask'] });
const listen = EventSource.prototype.addEventListener;
EventSource.prototype.addEventListener = function (type, listener, ...more) {
  if (!type.includes('.')) return listen.call(this, type, listener, ...more);
  return listen.call(this, type, (event) => {
    const at = performance.now();
    listener(event);
    // The task after a frame's callbacks runs once it is painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { if (probe.on) probe.updates.push(performance.now() - at); };
      port2.postMessage(0);
    });
  }, ...more);
};`;

export interface Probed {
  readonly updatesMs: readonly number[];
  readonly longTasksMs: readonly number[];
  readonly seconds: number;
  readonly heapMb: number;
}

export async function readProbe(page: Page): Promise<Probed> {
  const read = `({ updatesMs: probe.updates, longTasksMs: probe.longTasks,
    seconds: (performance.now() - probe.startedAt) / 1000 })`;
  const { updatesMs, longTasksMs, seconds } = (await page.evaluate(read)) as Omit<Probed, 'heapMb'>;
  const { JSHeapUsedSize = 0 } = await page.metrics();
  return { updatesMs, longTasksMs, seconds, heapMb: JSHeapUsedSize / 1024 / 1024 };
}
