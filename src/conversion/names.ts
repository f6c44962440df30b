/** Names for additional states, which differ from all names in their scope. */
import { cut } from '../base/text.ts';

/** Leaves room for a number, so that the name of a state has at most 128 characters. */
const NAME_MAX = 120;

export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Returns `wanted`, or `wanted 2`, `wanted 3` … if it is taken. */
  fresh(wanted: string): string {
    const short = cut(wanted, NAME_MAX);
    let name = short;
    for (let n = 2; this.#taken.has(name); n++) name = `${short} ${n}`;
    this.#taken.add(name);
    return name;
  }
}
