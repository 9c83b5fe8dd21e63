/** The order of test files where nothing is known of a run before: vitest takes the largest first. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short to read and long to run: they would begin last, and all others wait for them in the end. */
const long = ['music', 'cluster-loss', 'host-comes', 'sound-in-time', 'start'];

const isLong = ({ moduleId }: TestSpecification): boolean =>
  long.some((name) => moduleId.endsWith(`/test/e2e/${name}.test.ts`));

/** Long ones first among those of their turn (`groupOrder`); the others stay as vitest sorts them. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const turn = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) => turn(one) - turn(other) || Number(isLong(other)) - Number(isLong(one)),
    );
  }
}
