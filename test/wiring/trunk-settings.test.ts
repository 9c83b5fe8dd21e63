import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Logger } from '../../src/call/ports/process.ts';
import { openTrunkSettings, type TrunkSettings } from '../../src/wiring/trunk-settings.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let folder: TemporaryFolder;
let settings: TrunkSettings | undefined;
const lines: string[] = [];
const logger: Logger = {
  debug: () => undefined,
  info: (_fields, message) => void lines.push(message),
  warn: (_fields, message) => void lines.push(message),
  error: (fields, message) => void lines.push(`${message}: ${JSON.stringify(fields)}`),
  child: () => logger,
};

const write = (trunks: readonly object[]) =>
  writeFile(join(folder.path, 'trunks.json'), JSON.stringify({ trunks }));
const open = async () => {
  settings = await openTrunkSettings({
    file: join(folder.path, 'trunks.json'),
    variable: (name) => (name === 'PASSWORD' ? 'from the environment' : undefined),
    clock: createManualClock(),
    logger,
  });
  return settings;
};

beforeEach(async () => {
  folder = await temporaryFolder();
  lines.length = 0;
});
afterEach(async () => {
  settings?.close();
  settings = undefined;
  await folder.remove();
});

describe('the trunk settings', () => {
  test('are read with secrets from the environment and from files beside them', async () => {
    await writeFile(join(folder.path, 'secret'), 'from a file\n');
    await write([
      { name: 'a', credentials: { user: 'a', password: { env: 'PASSWORD' } } },
      { name: 'b', credentials: { user: 'b', password: { file: 'secret' } } },
    ]);
    const { current } = await open();
    expect(current.trunks.map(({ credentials }) => credentials?.password)).toEqual([
      'from the environment',
      'from a file',
    ]);
  });

  test('that are wrong at the start stop it, with every problem', async () => {
    await write([{ name: 'A' }, { name: 'b', codecs: ['G729'] }]);
    await expect(open()).rejects.toThrow(/trunks\[0\]\.name: [^]*trunks\[1\]\.codecs/);
    await expect(
      openTrunkSettings({
        file: '/nowhere/trunks.json',
        variable: () => undefined,
        clock: createManualClock(),
        logger,
      }),
    ).rejects.toThrow("can't be read");
  });

  test('are taken anew on demand, and listeners hear of changes alone', async () => {
    await write([{ name: 'a', addresses: ['192.0.2.1'] }]);
    const opened = await open();
    const heard: string[][] = [];
    opened.onChange(({ trunks }) => heard.push(trunks.map(({ name }) => name)));
    await opened.reload();
    await write([{ name: 'b', addresses: ['192.0.2.1'] }]);
    await opened.reload();
    expect(heard).toEqual([['b']]);
    expect(opened.current.trunks[0]?.name).toBe('b');
  });

  test('stay in force where the new file is wrong, and the log says so', async () => {
    await write([{ name: 'a', addresses: ['192.0.2.1'] }]);
    const opened = await open();
    await write([{ name: 'a', addresses: ['here'] }]);
    await opened.reload();
    expect(opened.current.trunks[0]?.addresses).toEqual(['192.0.2.1']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the old ones stay in force');
    expect(lines[0]).toContain('trunks[0].addresses[0]');
  });
});
