/**
 * Where a value stands in a definition: `States[2].Branches[0].Condition`. A path is a linked list that is written out
 * only when a diagnostic or a plan needs the text, so that walking a definition costs no strings.
 */

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

/** The path as text. A key of the caller's that is very long is cut, so that messages stay short. */
export function pathText(path: Path): string {
  const parts: string[] = [];
  for (let at = path; at !== null; at = at.parent) parts.push(stepText(at));
  return parts.reverse().join('');
}

function stepText({ parent, key }: PathStep): string {
  if (typeof key === 'number') return `[${key}]`;
  if (PLAIN_KEY.test(key) && key.length <= MAX_KEY) return parent === null ? key : `.${key}`;
  return `[${JSON.stringify(shorten(key, MAX_KEY))}]`;
}

/** `text`, cut with `…` when it is longer than `limit` UTF-16 units. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A cut between the halves of a surrogate pair would make the message unfit for UTF-8.
  return `${text
    .slice(0, limit)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}
