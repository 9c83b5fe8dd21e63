/** `npm run stress`: many calls at once against a gateway, and how they went. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { format } from 'prettier';
import { parsePlan, stressHelp, type StressPlan } from './plan.ts';
import { htmlReport, markdownReport } from './report.ts';
import { runStress } from './run.ts';
import { judge } from './verdict.ts';

const planOf = (args: readonly string[]): StressPlan | undefined => {
  if (args.includes('--help')) {
    console.log(stressHelp);
    return undefined;
  }
  try {
    return parsePlan(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(`\n${stressHelp}`);
    process.exitCode = 2;
    return undefined;
  }
};

const main = async (plan: StressPlan): Promise<number> => {
  const result = await runStress(plan, (line) => {
    console.error(line);
  });
  const judgements = judge(result, plan.limits);
  const markdown = await format(markdownReport(result, judgements), { parser: 'markdown' });
  console.log(markdown);
  if (plan.reportDir !== undefined) {
    await mkdir(plan.reportDir, { recursive: true });
    const files = {
      'report.md': markdown,
      'report.html': htmlReport(result, judgements),
      // The key of a gateway that runs already is nobody else's business.
      'report.json': JSON.stringify(
        { ...result, plan: { ...plan, target: plan.target?.sip }, judgements },
        undefined,
        2,
      ),
    };
    for (const [name, text] of Object.entries(files))
      await writeFile(join(plan.reportDir, name), text);
  }
  return judgements.every(({ kept }) => kept) ? 0 : 1;
};

const plan = planOf(process.argv.slice(2));
if (plan !== undefined) {
  try {
    process.exitCode = await main(plan);
  } catch (error) {
    console.error(error);
    process.exitCode = 2;
  } finally {
    await dispose();
  }
}
