/** Which of the functions in the settings a name means: the exact one, else the longest pattern that fits. */
import type { FunctionSetting } from '../../config/settings.ts';

export type FunctionTarget = FunctionSetting['target'];

/** A look-up that gives null for a function that nothing maps. `*` in a pattern matches any run of characters. */
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
