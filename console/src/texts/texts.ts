/**
 * The languages of the console. A part of the console declares its texts in both languages with {@link defineTexts}, as typed
 * objects; a text with variables is a function. Reading a text inside a component subscribes it to the language.
 */
import { signal } from '@preact/signals';

export type Language = 'en' | 'zh';

const STORED = 'millrace-language';

/** The chosen language, or that of the browser. */
export const language = signal<Language>(firstLanguage());

function firstLanguage(): Language {
  const chosen = storage()?.getItem(STORED);
  if (chosen === 'en' || chosen === 'zh') return chosen;
  const wanted = typeof navigator === 'undefined' ? [] : navigator.languages;
  const known = wanted.map((each) => each.slice(0, 2).toLowerCase()).find((each) => each === 'en' || each === 'zh');
  return known === 'zh' ? 'zh' : 'en';
}

/** Chooses a language and remembers it in this browser. */
export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  try {
    storage()?.setItem(STORED, chosen);
  } catch {
    // A browser that stores nothing shows the choice until the page is left.
  }
}

/** Null where there is none: in a test without a browser, and where the browser forbids it. */
function storage(): Storage | null {
  try {
    return typeof localStorage === 'undefined' ? null : localStorage;
  } catch {
    return null;
  }
}

type Text = string | ((...values: never[]) => string);

/** Texts of one part of the console. The Chinese ones have the members of the English ones. */
export function defineTexts<T extends { readonly [name: string]: Text }>(texts: {
  readonly en: T;
  readonly zh: { readonly [Name in keyof T]: T[Name] extends string ? string : T[Name] };
}): () => T {
  return () => texts[language.value] as T;
}

/** The locale of numbers and times: the browser's own variant of the chosen language, if it has one. */
export function locale(): string {
  const { value } = language;
  const own = typeof navigator === 'undefined' ? [] : navigator.languages;
  return own.find((each) => each.toLowerCase().startsWith(value)) ?? (value === 'zh' ? 'zh-CN' : 'en');
}
