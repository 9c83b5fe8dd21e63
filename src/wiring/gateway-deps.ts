/** What a gateway is started with. */
import type { Clock, Logger } from '../call/ports/process.ts';
import type { Config } from '../config.ts';
import type { DataFolder } from '../data-folder.ts';

export interface GatewayDeps {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the start is busy with, for the person at the terminal. */
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Closes what was opened; called last opened first. */
export type Closing = () => Promise<void> | void;
