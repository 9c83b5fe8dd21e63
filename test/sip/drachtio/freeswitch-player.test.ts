import { describe, expect, it } from 'vitest';
import type { Utterance } from '../../../src/call/ports/sip-engine.ts';
import { createFreeSwitchPlayer } from '../../../src/sip/drachtio/freeswitch-player.ts';

const utterance = (utteranceId: number): Utterance => ({
  utteranceId,
  phrases: [],
  sounds: [{ kind: 'tone', hz: 400 + utteranceId, ms: 200, levelDbm0: -10 }],
});
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

/** A channel in the test's hand: each playback is finished by it. */
const createChannel = () => {
  const paths: string[] = [];
  const finishers: ((ms: number | undefined) => void)[] = [];
  const played: number[] = [];
  let breaks = 0;
  let idles = 0;
  const player = createFreeSwitchPlayer({
    endpoint: {
      playback: (path) => {
        paths.push(path);
        return new Promise((resolve) => finishers.push(resolve));
      },
      breakPlayback: () => {
        breaks += 1;
      },
    },
    promptsPath: '/prompts',
    onPlayed: (utteranceId) => played.push(utteranceId),
    onIdle: () => {
      idles += 1;
    },
  });
  return {
    player,
    paths,
    played,
    finish: async (ms: number | undefined = 200) => {
      finishers.shift()?.(ms);
      await settle();
    },
    breaks: () => breaks,
    idles: () => idles,
  };
};

describe('the player on a FreeSWITCH channel', () => {
  it('tells of an utterance that was heard to its end', async () => {
    const { player, played, finish, idles } = createChannel();
    player.play(utterance(1));
    expect(player.isIdle).toBe(false);
    await finish();
    expect(played).toEqual([1]);
    expect(player.isIdle).toBe(true);
    expect(idles()).toBe(1);
  });

  it('breaks what plays before it plays the next, and tells of the next alone', async () => {
    const { player, paths, played, finish, breaks } = createChannel();
    player.play(utterance(1));
    player.play(utterance(2));
    player.play(utterance(3));
    expect(breaks()).toBe(1);
    expect(paths).toHaveLength(1);
    await finish(90);
    expect(paths.at(-1)).toContain('403');
    await finish();
    expect(played).toEqual([3]);
  });

  it('tells nothing of what was stopped', async () => {
    const { player, played, finish, breaks } = createChannel();
    player.play(utterance(1));
    player.stop();
    player.stop();
    await finish(40);
    expect(breaks()).toBe(1);
    expect(played).toEqual([]);
    expect(player.isIdle).toBe(true);
  });

  it('plays again what a break that came too late has cut off at its first frame', async () => {
    // The playback ended by itself as it was stopped; FreeSWITCH keeps the break for the next one.
    const { player, paths, played, finish } = createChannel();
    player.play(utterance(1));
    player.play(utterance(2));
    await finish(200);
    await finish(20);
    expect(played).toEqual([]);
    await finish(200);
    expect(paths).toHaveLength(3);
    expect(played).toEqual([2]);
  });

  it('has nothing to play for an utterance without sounds, and tells of it at once', async () => {
    const { player, paths, played } = createChannel();
    player.play({ utteranceId: 9, phrases: [], sounds: [] });
    await settle();
    expect(paths).toEqual([]);
    expect(played).toEqual([9]);
  });
});
