import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../src/call/command-keys.ts';
import { phoneGuide } from '../../src/call/phone-guide.ts';

/** Columns are padded in the file, for its readers. */
const plain = (markdown: string): string =>
  markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

test('docs/phone-guide.md is what the keys are (node prompts/make-phone-guide.ts)', () => {
  const file = readFileSync(new URL('../../docs/phone-guide.md', import.meta.url), 'utf8');
  expect(plain(file)).toBe(plain(phoneGuide()));
});

test('every command that does something has its line in each language', () => {
  const lines = phoneGuide()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  for (const { key } of Object.values(commands)) {
    if (key === commands.picture.key) continue;
    expect(
      lines.filter((line) => line.startsWith(`| \`*${key}\` |`)),
      key,
    ).toHaveLength(3);
  }
});
