/** The thread that prints cards. */
import { parentPort } from 'node:worker_threads';
import { createLettering } from './lettering.ts';
import { printCard } from './print-card.ts';
import type { PrintedCard, PrintRequest } from './print-thread.ts';

const port = parentPort;
if (port === null) throw new Error('print-worker.ts runs as a worker thread');
const lettering = createLettering();
port.on('message', ({ job, card, size }: PrintRequest) => {
  const picture = printCard(card, size, lettering);
  const printed: PrintedCard = { job, turns: [picture.slices(1), picture.slices(2)] };
  port.postMessage(printed);
});
