/** Writes docs/phone-guide.md from the table of keys: `node prompts/make-phone-guide.ts`. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { phoneGuide } from '../src/call/phone-guide.ts';

const to = new URL('../docs/phone-guide.md', import.meta.url).pathname;
writeFileSync(to, await format(phoneGuide(), { ...(await resolveConfig(to)), filepath: to }));
