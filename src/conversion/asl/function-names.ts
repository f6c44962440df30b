/**
 * Names for functions and flows that the original names in another form: by a resource, an ARN or a `${Placeholder}` that
 * a deployment replaces. A name follows the rule of its service, and no two originals share one.
 */

/** `${Name}`, `${Name.Arn}`, `${AWS::Region}`, `#{AWS::Region}`, `{{name}}`: templates of deployments replace these. */
export const PLACEHOLDER = /[$#]\{\s*([^{}]*?)\s*\}|\{\{\s*([^{}]*?)\s*\}\}/g;

export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}

/** Longest name of a function in Function Compute. */
export const FUNCTION_NAME_MAX = 64;
/** Longest name of a flow (rules.md 4.2). */
export const FLOW_NAME_MAX = 128;

export class ResourceNames {
  readonly #max: number;
  readonly #byOriginal = new Map<string, string>();
  readonly #taken: Set<string>;

  /** `taken`: names in the original that are valid, and so do not change. */
  constructor(max: number, taken: Iterable<string>) {
    this.#max = max;
    this.#taken = new Set(taken);
  }

  /**
   * Returns the name for `original`, and always the same one. A valid name of the original does not change; any other name is
   * made from `wanted`, or is `otherwise` if that has no letters.
   */
  nameOf(original: string, otherwise: string, wanted = original): string {
    const known = this.#byOriginal.get(original);
    if (known !== undefined) return known;
    const isName = this.isValid(original);
    const base = isName ? original : this.#valid(wanted, otherwise);
    let name = base;
    for (let n = 2; !isName && this.#taken.has(name); n++) name = `${base.slice(0, this.#max - 6)}-${n}`;
    this.#taken.add(name);
    this.#byOriginal.set(original, name);
    return name;
  }

  isValid(text: string): boolean {
    return text.length <= this.#max && /^[A-Za-z_][A-Za-z0-9_-]*$/.test(text);
  }

  #valid(original: string, otherwise: string): string {
    const plain = original.replace(PLACEHOLDER, (_, ...names: (string | undefined)[]) =>
      bare(names[0] ?? names[1] ?? ''),
    );
    const words = bare(plain);
    const name = words.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, '');
    if (name === '') return otherwise;
    return name.replace(/^(?=[0-9])/, '_').slice(0, this.#max);
  }
}

/** The name of a resource without the attribute after it: `Work` for `Work.Arn`. */
function bare(name: string): string {
  return name.replace(/\.(?:Arn|Ref)$/i, '');
}
