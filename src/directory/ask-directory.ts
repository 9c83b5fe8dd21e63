/** One question to an outside directory: which meeting has this call ID? */

export type DirectoryAnswer =
  | { readonly outcome: 'found'; readonly body: unknown }
  | { readonly outcome: 'unknown' }
  /** It did not answer in time, or not as it should; `problem`: a code, nothing of the answer. */
  | { readonly outcome: 'failed'; readonly problem: string };

export interface DirectoryAccess {
  readonly url: string;
  /** Sent as a bearer token; undefined: none. */
  readonly key: string | undefined;
  readonly timeoutMs: number;
}

export type AskDirectory = (callId: string) => Promise<DirectoryAnswer>;

const longestAnswerBytes = 64 * 1024;

/** Never rejects. The ID goes in the body: addresses are written into logs on the way. */
export function createAskDirectory({ url, key, timeoutMs }: DirectoryAccess): AskDirectory {
  return async (callId) => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ callId }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return await read(response);
    } catch (error) {
      return { outcome: 'failed', problem: problemOf(error) };
    }
  };
}

async function read(response: Response): Promise<DirectoryAnswer> {
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    return status === 404
      ? { outcome: 'unknown' }
      : { outcome: 'failed', problem: `directory/http-${status}` };
  }
  const text = await textOf(response);
  if (text === undefined) return { outcome: 'failed', problem: 'directory/too-long' };
  return { outcome: 'found', body: JSON.parse(text) };
}

/** Undefined where it is longer than any meeting. */
async function textOf(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return '';
  for await (const chunk of body) {
    length += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (length > longestAnswerBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function problemOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'directory/not-json';
  return error instanceof Error && error.name === 'TimeoutError'
    ? 'directory/timeout'
    : 'directory/unreachable';
}
