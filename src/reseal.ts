/** `npm run reseal`: after RINGBRO_PIN_SECRET became `new,old`, everything is sealed by the new one. */
import { join } from 'node:path';
import { openNode } from './open-node.ts';
import { openPostgresDatabase, openSqliteDatabase } from './store/database.ts';
import { resealAll } from './store/reseal.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const main = async (): Promise<void> => {
  const { config, folder } = await openNode();
  const database =
    config.databaseUrl === undefined
      ? await openSqliteDatabase(join(folder.path, 'ringbro.sqlite'))
      : await openPostgresDatabase(config.databaseUrl);
  try {
    const done = await resealAll({ database, secrets: folder.pinSecret });
    for (const { what, resealed, unreadable } of done)
      print(
        `${what}: ${resealed} sealed anew${unreadable === 0 ? '' : `, ${unreadable} readable by none of the secrets`}`,
      );
    const isWhole = done.every(({ unreadable }) => unreadable === 0);
    print(
      isWhole
        ? 'the former secrets may be dropped'
        : 'add the secret that is missing, and run this again',
    );
    if (!isWhole) process.exitCode = 1;
  } finally {
    await database.close();
  }
};

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
