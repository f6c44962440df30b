/** Names for additional states, which differ from all names in their scope. */

export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Returns `wanted`, or `wanted 2`, `wanted 3` … if it is taken. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted} ${n}`;
    this.#taken.add(name);
    return name;
  }
}
