/** What a stress run asks of a gateway's API. */
import type { LoggedCall, Reception } from './call-outcomes.ts';

export interface StressMeeting {
  readonly callId: string;
  readonly room: string;
}

export interface ApiClient {
  /** `settings`: fields of a booking; an open meeting without. */
  makeMeeting(settings?: object): Promise<StressMeeting>;
  removeMeeting(callId: string): Promise<void>;
  calls(state: 'live' | 'ended', since: Date): Promise<readonly LoggedCall[]>;
  /** How the caller's sound arrived; undefined where the record does not say. */
  reception(legId: string): Promise<Reception | undefined>;
}

interface Page {
  readonly items: readonly LoggedCall[];
  readonly nextCursor: string | null;
}

/** All methods reject with the API's own words when it refuses. */
export function createApiClient(apiUrl: string, apiKey: string): ApiClient {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    makeMeeting: async (settings = {}) =>
      (await ask('POST', '/api/meetings', settings)) as StressMeeting,
    async removeMeeting(callId) {
      await ask('DELETE', `/api/meetings/${callId}`);
    },
    async calls(state, since) {
      const found: LoggedCall[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query: string = new URLSearchParams({
          ...{ state, limit: '500', from: since.toISOString() },
          ...(cursor === '' ? {} : { cursor }),
        }).toString();
        const page = (await ask('GET', `/api/calls?${query}`)) as Page;
        found.push(...page.items);
        cursor = page.nextCursor;
      }
      return found;
    },
    async reception(legId) {
      const call = (await ask('GET', `/api/calls/${legId}`)) as {
        readonly quality: { readonly up: Reception } | null;
      };
      return call.quality?.up;
    },
  };
}
