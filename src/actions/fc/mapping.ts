/** Finds the target of a function in the settings: by its exact name, else by the longest pattern that matches it. */
import type { FunctionSetting } from '../../config/settings.ts';

export type FunctionTarget = FunctionSetting['target'];

/** The look-up of a target by the function's name; null when the settings do not map it. `*` in a pattern matches any text. */
export function functionMapping(settings: readonly FunctionSetting[]): (name: string) => FunctionTarget | null {
  const exact = new Map(
    settings.filter(({ pattern }) => !pattern.includes('*')).map((each) => [each.pattern, each.target]),
  );
  const patterns = settings
    .filter(({ pattern }) => pattern.includes('*'))
    .sort((a, b) => b.pattern.length - a.pattern.length)
    .map(({ pattern, target }) => ({ test: wildcard(pattern), target }));
  return (name) => exact.get(name) ?? patterns.find(({ test }) => test.test(name))?.target ?? null;
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}
