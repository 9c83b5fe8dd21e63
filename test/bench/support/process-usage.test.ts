import { expect, test } from 'vitest';
import { cpuTicksOf, memoryOf } from '../../../bench/support/process-usage.ts';

test('CPU time is user and system time, whatever the program is called', () => {
  const stat = '42 (node (a) b) S 1 42 42 0 -1 4194560 900 0 3 0 1234 66 7 8 20 0 11 0 555 0 0';
  expect(cpuTicksOf(stat)).toBe(1300);
});

test('a stat line cut short is an error, not a number', () => {
  expect(() => cpuTicksOf('42 (node) S 1 42')).toThrow('proc_pid_stat');
});

test('memory is the whole process’s Rss and Pss', () => {
  const rollup =
    '00400000-7fff ---p 0 00:00 0 [rollup]\nRss:   2048 kB\nPss:   1024 kB\nPss_Anon: 9 kB\n';
  expect(memoryOf(rollup)).toEqual({ rssKib: 2048, pssKib: 1024 });
});

test('a kernel without Pss is an error', () => {
  expect(() => memoryOf('Rss:   2048 kB\n')).toThrow('Pss');
});
