import { readConfig, type Config } from './config.ts';
import { openDataFolder, type DataFolder } from './data-folder.ts';

/** What every program of a node begins with. Rejects with all that is wrong with the settings. */
export const openNode = async (): Promise<{
  readonly config: Config;
  readonly folder: DataFolder;
}> => {
  const read = readConfig();
  if (!read.ok) throw new Error(`the settings can't be used:\n  ${read.problems.join('\n  ')}`);
  const { config } = read;
  const folder = await openDataFolder(config.dataDir, {
    nodeId: config.nodeId,
    apiKey: config.http.apiKey,
    pinSecret: config.pinSecret,
    operatorPassword: config.http.operatorPassword,
  });
  return { config, folder };
};
