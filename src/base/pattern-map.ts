/** Values by name or by pattern, as several settings have them: an exact name first, else the longest pattern that matches. */

export interface PatternEntry<T> {
  /** A name, or a pattern in which `*` matches any text. */
  readonly pattern: string;
  readonly value: T;
}

/** The look-up of the value for a name; null when no entry has it. */
export function patternMap<T>(entries: readonly PatternEntry<T>[]): (name: string) => T | null {
  const exact = new Map(
    entries.filter(({ pattern }) => !pattern.includes('*')).map((each) => [each.pattern, each.value]),
  );
  const patterns = entries
    .filter(({ pattern }) => pattern.includes('*'))
    .sort((a, b) => b.pattern.length - a.pattern.length)
    .map(({ pattern, value }) => ({ test: wildcard(pattern), value }));
  return (name) => exact.get(name) ?? patterns.find(({ test }) => test.test(name))?.value ?? null;
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}
