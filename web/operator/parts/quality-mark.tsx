import { usePage, useSay } from '../context.ts';
import { figure, gradeOf } from '../format.ts';

/** A figure and a shape: never colour alone. */
export function QualityMark({ mos }: { readonly mos: number | null }) {
  const { language } = usePage();
  const say = useSay();
  if (mos === null) return null;
  const grade = gradeOf(mos);
  return (
    <span className={`mark ${grade}`} title={say('mos')}>
      <span aria-hidden="true">{{ good: '●', fair: '◐', bad: '○' }[grade]}</span>{' '}
      {figure(mos, language)}
    </span>
  );
}
