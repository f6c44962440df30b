/** A field of a mapping in a definition, for editors: made of the keys that the compiler knows and of the facts about each. */
import { assert } from '../../base/assert.ts';

export interface FieldFacts {
  /** One sentence, without a full stop if it is no whole one. */
  readonly about: string;
  /** Values that are allowed or usual. */
  readonly values?: readonly string[];
  /** The mapping is refused without it. */
  readonly required?: true;
  /** The value is an expression, or may be one. */
  readonly expression?: true;
  /** It is read, with a warning. */
  readonly deprecated?: true;
}

export interface Field extends FieldFacts {
  readonly key: string;
}

/** The fields of the mappings of a dialect. */
export interface DialectFields {
  readonly flow: readonly Field[];
  /** By type of state or step. */
  readonly states: Readonly<Record<string, readonly Field[]>>;
  /** By the field that holds the mapping: `Catch`; or `Choice.Branches`, where two types or parts have the same field. */
  readonly parts: Readonly<Record<string, readonly Field[]>>;
}

export type FactTable = Readonly<Record<string, FieldFacts>>;

const DYNAMIC = '.$';

/** The fields of a mapping in the order of its keys, each with its facts from the first table that has them. */
export function fieldsOf(keys: Iterable<string>, ...tables: readonly FactTable[]): Field[] {
  return [...keys].map((key) => {
    const facts = factsOf(key, tables);
    if (facts !== undefined) return { key, ...facts };
    const base = key.endsWith(DYNAMIC) ? key.slice(0, -DYNAMIC.length) : '';
    assert(factsOf(base, tables) !== undefined, `there is a sentence about the field ${key}`);
    return { key, about: `An expression that gives the whole value of ${base}`, expression: true };
  });
}

function factsOf(key: string, tables: readonly FactTable[]): FieldFacts | undefined {
  return tables.find((table) => Object.hasOwn(table, key))?.[key];
}
