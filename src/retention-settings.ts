/** How long what is kept, from RINGBRO_RETENTION_DAYS and the file that RINGBRO_RETENTION names. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Ages, RetentionAges } from './call/ports/privacy.ts';

const days = z.int().min(1).max(36_500);
const ages = z.strictObject({ numbers: days, records: days, traces: days, audit: days }).partial();
const unit = z.string().regex(/^[A-Za-z0-9._-]{1,40}$/);
const settings = z.strictObject({
  default: ages.default({}),
  units: z.record(unit, ages).default({}),
});

const traceDays = 7;
const auditDays = 365;

/** Traces for a week and the audit log for a year, where nothing else is said. */
const agesOf = (retentionDays: number): Ages => ({
  numbers: retentionDays,
  records: retentionDays,
  traces: Math.min(traceDays, retentionDays),
  audit: Math.max(auditDays, retentionDays),
});

/** A unit has the default ages but for what its own entry says. Rejects with what is wrong in the file. */
export const readRetention = async (
  file: string | undefined,
  retentionDays: number,
): Promise<RetentionAges> => {
  const given = file === undefined ? settings.parse({}) : await readSettings(file);
  const byDefault = withOwn(agesOf(retentionDays), given.default);
  const units: Record<string, Ages> = {};
  for (const [name, own] of Object.entries(given.units)) units[name] = withOwn(byDefault, own);
  return { byDefault, units };
};

const withOwn = (base: Ages, own: z.infer<typeof ages>): Ages => ({
  numbers: own.numbers ?? base.numbers,
  records: own.records ?? base.records,
  traces: own.traces ?? base.traces,
  audit: own.audit ?? base.audit,
});

const readSettings = async (file: string): Promise<z.infer<typeof settings>> => {
  const read = settings.safeParse(parsed(file, await readFile(file, 'utf8')));
  if (read.success) return read.data;
  const problems = read.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`,
  );
  throw new Error(`${file} (RINGBRO_RETENTION) can't be used:\n  ${problems.join('\n  ')}`);
};

const parsed = (file: string, text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw new Error(`${file} (RINGBRO_RETENTION) is not JSON`, { cause });
  }
};
