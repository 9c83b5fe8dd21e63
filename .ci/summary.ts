/** Prints the gate's closing line from vitest's JSON report and sets the exit code. */
import { readFileSync } from 'node:fs';

const [report = '', staticStatus = '1', testStatus = '1'] = process.argv.slice(2);

const read = (): { passed: number; failed: number; skipped: number } => {
  try {
    const json: unknown = JSON.parse(readFileSync(report, 'utf8'));
    const count = (key: string): number => {
      const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, key) : 0;
      return typeof value === 'number' ? value : 0;
    };
    return {
      passed: count('numPassedTests'),
      failed: count('numFailedTests'),
      skipped: count('numPendingTests') + count('numTodoTests'),
    };
  } catch {
    console.log('no report: the test runner did not finish');
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const { passed, failed, skipped } = read();
// Format, lint, types and boundaries count as one check, so that the sum tells the whole truth.
const checks = staticStatus === '0' ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
// A suite that broke before its first test fails the run without a failed test of its own.
const broken = testStatus !== '0' && failed === 0 ? 1 : 0;

const totalFailed = failed + checks.failed + broken;
console.log(
  `${passed + checks.passed} passed, ${totalFailed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exitCode = totalFailed > 0 || passed === 0 ? 1 : 0;
