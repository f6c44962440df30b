/** The language in which an editor colours a definition: JSON begins with a bracket. */
export function languageOf(text: string): 'json' | 'yaml' {
  return /^\s*[{[]/.test(text) ? 'json' : 'yaml';
}
