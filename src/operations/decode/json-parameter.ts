/**
 * Parameters whose text is JSON with members of a known shape: lists of objects. Every fault is an `InvalidArgument` that names
 * the parameter and the place. An unknown member is refused, because a misspelt one would otherwise be lost silently.
 */
import { invalidArgument } from '../../api/error.ts';
import type { ApiError } from '../../api/error.ts';
import { isJsonObject, JsonFault, MAX_DEPTH, parseJson } from '../../base/json.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../base/json.ts';
import { nearest } from '../../base/suggest.ts';
import { excerpt } from './faults.ts';

export class JsonParameter {
  readonly #name: string;

  /** @param name of the parameter, for messages. */
  constructor(name: string) {
    this.#name = name;
  }

  /** The error for a fault, such as `is not a JSON array`. */
  wrong(what: string): ApiError {
    return invalidArgument(`${this.#name} ${what}.`);
  }

  /** The value of the text. */
  parse(text: string): JsonValue {
    try {
      return parseJson(text, MAX_DEPTH, 'refuse');
    } catch (error) {
      if (error instanceof JsonFault) throw this.wrong(`is not JSON (${error.message})`);
      throw error;
    }
  }

  /**
   * The entries of a list, each made by `read` from an object that has no members but those of `known`.
   * @param place of the list inside the parameter; the entries are at `place[0]` and so on.
   */
  list<Entry>(
    items: JsonArray,
    place: string,
    known: readonly string[],
    read: (item: JsonObject, place: string) => Entry,
  ): Entry[] {
    return items.map((item, i) => {
      const at = `${place}[${i}]`;
      if (!isJsonObject(item)) throw this.wrong(`has no object at ${at}`);
      this.refuseUnknown(item, known, ` at ${at}`);
      return read(item, at);
    });
  }

  /** Refuses an object with a member that is not known; `where` says where the object is. */
  refuseUnknown(object: JsonObject, known: readonly string[], where: string): void {
    for (const key of Object.keys(object)) {
      if (known.includes(key)) continue;
      const meant = nearest(key, known);
      const hint = meant === null ? '' : ` (did you mean "${meant}"?)`;
      throw this.wrong(`has an unknown member ${excerpt(key)}${where}${hint}`);
    }
  }
}
