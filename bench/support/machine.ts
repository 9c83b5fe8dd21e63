import { availableParallelism, cpus, totalmem } from 'node:os';

/** On what the figures were measured: they mean nothing without it. */
export interface Machine {
  readonly cores: number;
  readonly cpuModel: string;
  readonly memoryGib: number;
  readonly node: string;
  readonly date: string;
}

export const describeMachine = (now: Date): Machine => ({
  cores: availableParallelism(),
  cpuModel: cpus()[0]?.model.trim() ?? 'unknown processor',
  memoryGib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  date: now.toISOString().slice(0, 10),
});

export const machineLine = (machine: Machine): string =>
  `${machine.date}: ${machine.cores} cores (${machine.cpuModel}), ${machine.memoryGib} GiB, ` +
  `Node ${machine.node}; gateway, livekit-server, callers and room guests on this one machine.`;
