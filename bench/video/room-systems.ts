/**
 * The room systems, in a process of their own: it takes call IDs' addresses one by one and answers each
 * when the call stands; `report` and `hang up` are for all of them.
 */
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { createSipUserAgent } from '../../src/sip/embedded/user-agent.ts';
import { createLineClock } from '../support/line-clock.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { loadSpeech } from '../support/voice.ts';
import { makeFilm } from './film.ts';
import { callWithCamera, type RoomSystem, type RoomSystemReport } from './room-system.ts';

export type RoomSystemsAsk =
  | { readonly do: 'call'; readonly target: string }
  | { readonly do: 'report' }
  | { readonly do: 'hang-up' };

export type RoomSystemsAnswer =
  | { readonly is: 'ready'; readonly filmKbps: number }
  | { readonly is: 'done' }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'reported'; readonly reports: readonly RoomSystemReport[] };

const answer = (words: RoomSystemsAnswer): void => {
  process.send?.(words);
};

const open = async () => {
  const film = makeFilm(Number(process.argv[2] ?? 1200));
  const voice = await loadSpeech();
  const clock = createLineClock(monotonicMs);
  const agent = createSipUserAgent({
    listen: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
    clock: processClock,
    log: silentLogger,
    userAgentName: 'ringbro-bench',
  });
  await agent.start();
  const systems: RoomSystem[] = [];

  const heed = async (ask: RoomSystemsAsk): Promise<RoomSystemsAnswer> => {
    switch (ask.do) {
      case 'call':
        systems.push(await callWithCamera({ agent, clock, film, voice, target: ask.target }));
        return { is: 'done' };
      case 'report':
        return { is: 'reported', reports: systems.map((system) => system.report()) };
      case 'hang-up':
        await Promise.all(systems.splice(0).map((system) => system.hangUp()));
        return { is: 'done' };
    }
  };
  process.on('message', (message) => {
    heed(message as RoomSystemsAsk).then(answer, (error: unknown) => {
      answer({ is: 'failed', why: String(error) });
    });
  });
  answer({ is: 'ready', filmKbps: film.kbps });
};

await open();
// The bench is gone: so are its rooms.
process.on('disconnect', () => {
  process.exit();
});
