/**
 * The place of a value in a definition: `States[2].Branches[0].Condition`. A path is a linked list. It becomes a text only when
 * a diagnostic or a plan needs one, so that walking a definition costs no strings.
 */
import { beginning } from '../../base/text.ts';

/** A step deeper into the definition; null is the whole. */
export interface PathStep {
  readonly parent: Path;
  readonly key: string | number;
}
export type Path = PathStep | null;

const MAX_KEY = 60;
const PLAIN_KEY = /^[A-Za-z_][\w-]*(?:\.\$)?$/;

export function step(parent: Path, key: string | number): PathStep {
  return { parent, key };
}

/** The path as text. Very long keys are cut, so that messages are short. */
export function pathText(path: Path): string {
  const parts: string[] = [];
  for (let at = path; at !== null; at = at.parent) parts.push(stepText(at));
  return parts.reverse().join('');
}

function stepText({ parent, key }: PathStep): string {
  if (typeof key === 'number') return `[${key}]`;
  if (PLAIN_KEY.test(key) && key.length <= MAX_KEY) return parent === null ? key : `.${key}`;
  return `[${JSON.stringify(beginning(key, MAX_KEY))}]`;
}
