/** Names for states that the original does not have, none of which stands in its scope already. */

export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** `wanted`, or `wanted 2`, `wanted 3` … when it is taken. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted} ${n}`;
    this.#taken.add(name);
    return name;
  }
}
