import { type Language, languageNames, languages } from '../../shared/language.ts';
import { usePage, useSay } from '../context.ts';

export function LanguageChoice({
  onLanguage,
}: {
  readonly onLanguage: (language: Language) => void;
}) {
  const { language } = usePage();
  const say = useSay();
  return (
    <select
      aria-label={say('language')}
      value={language}
      onChange={(event) => {
        const chosen = languages.find((each) => each === event.target.value);
        if (chosen !== undefined) onLanguage(chosen);
      }}
    >
      {languages.map((each) => (
        <option key={each} value={each} lang={each}>
          {languageNames[each]}
        </option>
      ))}
    </select>
  );
}
