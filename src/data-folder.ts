import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What a node keeps for life in its data folder: made once, read ever after, for its owner alone (0600). */
export interface DataFolder {
  readonly path: string;
  readonly nodeId: string;
  readonly apiKey: string;
  /** Seals the PINs in the store. */
  readonly pinSecret: string;
  /** The password of the first account: made when it is asked for. */
  readonly operatorPassword: () => Promise<string>;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

const isPresent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';

const readKept = async (file: string): Promise<string | undefined> => {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** The text kept in `file`; made by `make` and written durably where there is none yet. */
const kept = async (file: string, make: () => string): Promise<string> => {
  const found = await readKept(file);
  if (found !== undefined) return found;
  // Written aside and linked into place: whoever is first wins, and nobody reads half a file.
  const made = make();
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, `${made}\n`, { mode: 0o600, flush: true });
  try {
    await link(aside, file);
    return made;
  } catch (error) {
    const others = isPresent(error) ? await readKept(file) : undefined;
    if (others === undefined) throw new Error(`${file} can't be made or read`, { cause: error });
    return others;
  } finally {
    await unlink(aside);
  }
};

/** Opens (and makes) the folder. `given` settings win over what is kept. Rejects where the folder can't be written. */
export const openDataFolder = async (
  directory: string,
  given: {
    readonly nodeId: string | undefined;
    readonly apiKey: string | undefined;
    readonly pinSecret?: string | undefined;
    readonly operatorPassword?: string | undefined;
  },
): Promise<DataFolder> => {
  const path = resolve(directory);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const [nodeId, apiKey, pinSecret] = await Promise.all([
    given.nodeId ?? kept(join(path, 'node-id'), () => randomUUID().slice(0, 8)),
    given.apiKey ?? kept(join(path, 'api-key'), () => randomBytes(24).toString('base64url')),
    given.pinSecret ?? kept(join(path, 'pin-secret'), () => randomBytes(32).toString('base64url')),
  ]);
  return {
    path,
    nodeId,
    apiKey,
    pinSecret,
    operatorPassword: async () =>
      given.operatorPassword ??
      kept(join(path, 'operator-password'), () => randomBytes(12).toString('base64url')),
  };
};
