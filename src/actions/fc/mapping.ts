/** Finds the target of a function in the settings: by its exact name, else by the longest pattern that matches it. */
import { patternMap } from '../../base/pattern-map.ts';
import type { FunctionSetting } from '../../config/settings.ts';

export type FunctionTarget = FunctionSetting['target'];

/** The look-up of a target by the function's name; null when the settings do not map it. `*` in a pattern matches any text. */
export function functionMapping(settings: readonly FunctionSetting[]): (name: string) => FunctionTarget | null {
  return patternMap(settings.map(({ pattern, target }) => ({ pattern, value: target })));
}
