import { ApiProblem } from '../../shared/api.ts';
import { fill, type Language, type Text } from '../../shared/language.ts';
import { usePage } from '../context.ts';
import { problemWords } from '../words/problem-words.ts';

/** What went wrong, said at once. */
export function ProblemNote({ problem }: { readonly problem: unknown }) {
  const { language } = usePage();
  if (problem === undefined) return null;
  return (
    <div role="alert" className="note trouble">
      <p>{problemText(problem, language)}</p>
      {problem instanceof ApiProblem && problem.details.length > 0 && (
        <ul>
          {problem.details.map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function problemText(problem: unknown, language: Language): string {
  const words: Readonly<Record<string, Text | undefined>> = problemWords;
  if (!(problem instanceof ApiProblem)) return problemWords['page/unknown'][language];
  const text = words[problem.code]?.[language];
  if (text === undefined) return problem.title || problemWords['page/unknown'][language];
  return fill(text, { minutes: Math.max(1, Math.ceil(problem.retryAfterS / 60)) });
}
