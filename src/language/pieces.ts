/**
 * A draft as texts that another thread can link, one after the other: the steps of `link.ts` as JSON. A piece takes a few
 * milliseconds to parse and to carry out, so a thread that links a large plan can do other work between two of them.
 */
import type { Plan } from './plan.ts';
import { Linker, writeSteps } from './link.ts';
import type { Step } from './link.ts';
import type { PlanDraft } from './shared/recipe.ts';

/** Work in one piece, in characters of JSON. Compiling an expression costs as much as parsing some times its length. */
const PIECE = 24 * 1024;
const EXPRESSION_FACTOR = 4;

export function piecesOf(draft: PlanDraft): string[] {
  const pieces: string[] = [];
  let steps: string[] = [];
  let work = 0;
  const finish = (): void => {
    if (steps.length > 0) pieces.push(`[${steps.join(',')}]`);
    steps = [];
    work = 0;
  };
  writeSteps(draft, (step) => {
    // A function cannot be passed to another thread, which compiles the expression again.
    const text = JSON.stringify(step[0] === 'expression' ? step.slice(0, -1) : step);
    const cost = step[0] === 'expression' ? text.length * EXPRESSION_FACTOR : text.length;
    if (work + cost > PIECE) finish();
    steps.push(text);
    work += cost;
  });
  finish();
  return pieces;
}

/** Links the plan whose pieces these are: each call of `next` takes one, and the last returns the plan. */
export class PieceLinker {
  readonly #linker = new Linker();
  readonly #pieces: readonly string[];
  #at = 0;

  constructor(pieces: readonly string[]) {
    this.#pieces = pieces;
  }

  /** The plan when this was the last piece, otherwise null. */
  next(): Plan | null {
    const piece = this.#pieces[this.#at++] ?? '[]';
    for (const step of JSON.parse(piece) as Step[]) this.#linker.take(step);
    return this.#at < this.#pieces.length ? null : this.#linker.plan();
  }
}
