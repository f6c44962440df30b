/** Chooses the language, in the words of each. */
import { chooseLanguage, defineTexts, language } from '../texts/texts.ts';

const texts = defineTexts({ en: { language: 'Language' }, zh: { language: '语言' } });

export function LanguageSelect() {
  return (
    <select
      aria-label={texts().language}
      value={language.value}
      onChange={(event) => chooseLanguage(event.currentTarget.value === 'zh' ? 'zh' : 'en')}
    >
      <option value="en">English</option>
      <option value="zh">中文</option>
    </select>
  );
}
