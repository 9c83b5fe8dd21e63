/**
 * The journal on disk: `calls-<n>.jsonl` in a folder, one JSON text a line (RFC 8259). Only the
 * newest file is written. `append` is durable when it resolves; what it wrote is taken back when it
 * fails, so that a refused call is not read back later as one that was answered.
 *
 * `rotate` begins a new file with all that is still needed and then removes the older ones. A
 * process that dies in between leaves both, which read the same: the latest line of a call wins.
 */
import { type FileHandle, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface JournalFile {
  /** All lines of all files, oldest first. Lines that are not whole are left out. */
  readLines(): Promise<unknown[]>;
  /** Writes the lines and waits for the disk. Rejects with the system's error; nothing is kept then. */
  append(lines: readonly string[]): Promise<void>;
  /** A new file that begins with these lines takes the place of all others. */
  rotate(lines: readonly string[]): Promise<void>;
  /** Bytes in the file being written. */
  size(): number;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

const fileName = /^calls-(\d{6,15})\.jsonl$/;
const nameOf = (number: number): string => `calls-${String(number).padStart(6, '0')}.jsonl`;
const asText = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''));

async function existingNumbers(folder: string): Promise<number[]> {
  const numbers = (await readdir(folder)).flatMap((name) => {
    const digits = fileName.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.sort((a, b) => a - b);
}

/** A file's name is durable when its folder is (fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The last line of a process that was killed is often torn: it was never confirmed to anybody. */
function parseLines(text: string): unknown[] {
  return text.split('\n').flatMap((line): unknown[] => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/**
 * Rejects when the folder cannot be made or read. Calls on it must not overlap. `openFile` is
 * `open` of node:fs/promises, but for tests of a failing disk.
 */
export async function openJournalFile(
  folder: string,
  openFile: typeof open = open,
): Promise<JournalFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let lastNumber = (await existingNumbers(folder)).at(-1) ?? 0;
  let current: { readonly handle: FileHandle; bytes: number } | undefined;

  async function begin(): Promise<NonNullable<typeof current>> {
    lastNumber += 1;
    const handle = await openFile(join(folder, nameOf(lastNumber)), 'wx', 0o600);
    await syncFolder(folder);
    return { handle, bytes: 0 };
  }

  async function write(lines: readonly string[]): Promise<void> {
    current ??= await begin();
    const { handle, bytes } = current;
    const text = asText(lines);
    try {
      await writeWhole(handle, text, bytes);
      await handle.datasync();
      current.bytes = bytes + text.length;
    } catch (error) {
      // After a failed sync the kernel may have dropped the pages: this file is not written again.
      current = undefined;
      await handle.truncate(bytes).catch(() => undefined);
      await handle.close().catch(() => undefined);
      throw error;
    }
  }

  return {
    async readLines() {
      const lines: unknown[] = [];
      for (const number of await existingNumbers(folder)) {
        lines.push(...parseLines(await readFile(join(folder, nameOf(number)), 'utf8')));
      }
      return lines;
    },
    append: write,
    async rotate(lines) {
      const older = await existingNumbers(folder);
      const before = current;
      current = undefined;
      try {
        await write(lines);
      } finally {
        await before?.handle.close();
      }
      for (const number of older) await unlink(join(folder, nameOf(number)));
    },
    size: () => current?.bytes ?? 0,
    async close() {
      const { handle } = current ?? {};
      current = undefined;
      await handle?.close().catch(() => undefined);
    },
  };
}

async function writeWhole(handle: FileHandle, text: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < text.length) {
    const { bytesWritten } = await handle.write(text, written, undefined, position + written);
    written += bytesWritten;
  }
}
