/** `/api/events` of a gateway, read as programs do. */
import { apiKey, type GatewayProcess } from './gateway-process.ts';

export interface EventStream {
  /** Waits for an event of this type; answers the ID of the last one, then the types of all that came. */
  until(type: string): Promise<readonly string[]>;
  close(): void;
}

const withinMs = 15_000;

/** @param after where another stream was: its last ID */
export async function openEventStream(
  { httpUrl }: Pick<GatewayProcess, 'httpUrl'>,
  after?: string,
): Promise<EventStream> {
  const ending = new AbortController();
  const response = await fetch(`${httpUrl}/api/events`, {
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(after !== undefined && { 'last-event-id': after }),
    },
    signal: ending.signal,
  });
  if (response.body === null) throw new Error(`no events: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const fields = (name: string): string[] =>
    [...text.matchAll(new RegExp(`^${name}: ?(.*)$`, 'gm'))].map(([, value]) => value ?? '');
  return {
    async until(type) {
      const timer = setTimeout(() => {
        ending.abort(new Error(`no ${type} within ${withinMs} ms, but: ${fields('event').join()}`));
      }, withinMs);
      while (!fields('event').includes(type)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended before ${type}`);
        text += value;
      }
      clearTimeout(timer);
      return [fields('id').at(-1) ?? '', ...fields('event')];
    },
    close: () => {
      ending.abort();
    },
  };
}
