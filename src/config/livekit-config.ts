import { z } from 'zod';
import { optional, url, type SettingsOf } from './values.ts';

/** The meeting server. */

export interface LiveKitConfig {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export const livekitShape = {
  LIVEKIT_URL: optional(url('ws:', 'wss:', 'http:', 'https:')),
  LIVEKIT_API_KEY: optional(z.string()),
  LIVEKIT_API_SECRET: optional(z.string()),
  LIVEKIT_BROWSER_URL: optional(url('ws:', 'wss:', 'http:', 'https:')),
};
type LiveKitSettings = SettingsOf<typeof livekitShape>;

export const livekitProblems = (e: LiveKitSettings): readonly string[] => {
  const given = [e.LIVEKIT_URL, e.LIVEKIT_API_KEY, e.LIVEKIT_API_SECRET];
  return given.every((v) => v === undefined) || given.every((v) => v !== undefined)
    ? []
    : [
        'LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET: give all three, or none for a local livekit-server',
      ];
};

/** undefined: a local livekit-server is run. */
export const livekitFrom = (e: LiveKitSettings): LiveKitConfig | undefined =>
  e.LIVEKIT_URL === undefined ||
  e.LIVEKIT_API_KEY === undefined ||
  e.LIVEKIT_API_SECRET === undefined
    ? undefined
    : { url: e.LIVEKIT_URL, apiKey: e.LIVEKIT_API_KEY, apiSecret: e.LIVEKIT_API_SECRET };
