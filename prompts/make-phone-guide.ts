/**
 * Writes docs/phone-guide.md from the table of keys: `node prompts/make-phone-guide.ts`. With keys of
 * one's own, as in RINGBRO_KEYS, it prints a page for them: `node prompts/make-phone-guide.ts mute=5,mute-all=6`.
 */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { parseKeyTable } from '../src/call/key-table.ts';
import { phoneGuide } from '../src/call/phone-guide.ts';

const [, , own] = process.argv;
if (own !== undefined) {
  const outcome = parseKeyTable(own);
  if (outcome.problems !== undefined) throw new Error(outcome.problems.join('\n'));
  process.stdout.write(phoneGuide(outcome.table));
  process.exit();
}

const to = new URL('../docs/phone-guide.md', import.meta.url).pathname;
writeFileSync(to, await format(phoneGuide(), { ...(await resolveConfig(to)), filepath: to }));
