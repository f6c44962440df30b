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
/** Characters of the last and the first steps, after which no further step is shown. */
const MAX_LAST = 160;
const MAX_FIRST = 80;
const PLAIN_KEY = /^[A-Za-z_][\w-]*(?:\.\$)?$/;

export function step(parent: Path, key: string | number): PathStep {
  return { parent, key };
}

/**
 * The path as text. Very long keys are cut, and so is the middle of a path with very many steps: a plan holds the path of each
 * expression, and thousands may lie below the same deep mapping.
 */
export function pathText(path: Path): string {
  const last: string[] = [];
  let length = 0;
  let at = path;
  for (; at !== null && length < MAX_LAST; at = at.parent) {
    const text = stepText(at);
    last.push(text);
    length += text.length;
  }
  return firstSteps(at) + last.reverse().join('');
}

/** The beginning of the path that ends in `path`, with an ellipsis for what does not fit. */
function firstSteps(path: Path): string {
  const steps: PathStep[] = [];
  for (let at = path; at !== null; at = at.parent) steps.push(at);
  let text = '';
  for (const each of steps.reverse()) {
    if (text.length >= MAX_FIRST) return `${text}…`;
    text += stepText(each);
  }
  return text;
}

function stepText({ parent, key }: PathStep): string {
  if (typeof key === 'number') return `[${key}]`;
  if (PLAIN_KEY.test(key) && key.length <= MAX_KEY) return parent === null ? key : `.${key}`;
  return `[${JSON.stringify(beginning(key, MAX_KEY))}]`;
}
