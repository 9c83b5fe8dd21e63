import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../src/call/ports/process.ts';
import {
  followFreeSwitchList,
  readFreeSwitchList,
  type ListedFreeSwitch,
} from '../../src/wiring/freeswitch-list.ts';
import { processClock } from '../../src/process-clock.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

describe('the list of FreeSWITCH', () => {
  it('is a server a line, drained where it says so', () => {
    const text = '# west\n192.0.2.7:8021\n[2001:db8::7]:8021  drain # being patched\n\nfs-3:8021';
    expect(readFreeSwitchList(text)).toEqual({
      ok: true,
      servers: [
        { host: '192.0.2.7', port: 8021, draining: false },
        { host: '2001:db8::7', port: 8021, draining: true },
        { host: 'fs-3', port: 8021, draining: false },
      ],
    });
  });

  it('is refused whole, with each line that is wrong', () => {
    const text = 'fs-1:8021\nfs-1:8021 drain\nfs-2\nfs-3:0\nfs-4:8021 dry';
    expect(readFreeSwitchList(text)).toEqual({
      ok: false,
      problems: [
        'line 2 names a server again',
        'line 3 is not HOST:PORT or HOST:PORT drain',
        'line 4 is not HOST:PORT or HOST:PORT drain',
        'line 5 is not HOST:PORT or HOST:PORT drain',
      ],
    });
  });
});

describe('a list that is followed', () => {
  let folder: TemporaryFolder;
  let stop: () => void;
  let applied: (readonly ListedFreeSwitch[])[];
  const said: string[] = [];
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (_fields, message) => void said.push(message),
    child: () => log,
  };
  const follow = (file: string): void => {
    stop = followFreeSwitchList({ file, clock: processClock, log }, (servers) => {
      applied.push(servers);
    });
  };
  beforeEach(async () => {
    folder = await temporaryFolder();
    applied = [];
    said.length = 0;
    stop = () => undefined;
  });
  afterEach(async () => {
    stop();
    await folder.remove();
  });

  it('is applied at once, and again when a new file takes its place', async () => {
    const file = join(folder.path, 'list');
    await writeFile(file, 'fs-1:8021\n');
    follow(file);
    expect(applied).toEqual([[{ host: 'fs-1', port: 8021, draining: false }]]);
    await writeFile(`${file}.new`, 'fs-1:8021 drain\nfs-2:8021\n');
    await rename(`${file}.new`, file);
    await expect.poll(() => applied.length, { timeout: 5_000 }).toBe(2);
    expect(applied[1]).toEqual([
      { host: 'fs-1', port: 8021, draining: true },
      { host: 'fs-2', port: 8021, draining: false },
    ]);
  });

  it('that is wrong changes nothing, and is told of', async () => {
    const file = join(folder.path, 'list');
    await writeFile(file, 'fs-1:8021\n');
    follow(file);
    await writeFile(file, 'fs-1\n');
    await expect.poll(() => said, { timeout: 5_000 }).toEqual(['the list of freeswitch is wrong']);
    expect(applied).toHaveLength(1);
  });

  it('that is wrong or missing at the start stops it', async () => {
    const file = join(folder.path, 'list');
    expect(() => {
      follow(file);
    }).toThrow("can't be read");
    await writeFile(file, 'fs-1\n');
    expect(() => {
      follow(file);
    }).toThrow('line 1 is not HOST:PORT');
  });
});
