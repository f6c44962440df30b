/** The items of a Map run, from the ItemsPath of its state or from the object that its ItemReader names. */
import type { JsonArray, JsonObject, JsonValue } from '../../../base/json.ts';
import { memberOf } from '../../../base/json.ts';
import type { MapCommand } from '../../../interpreter/commands.ts';
import type { Objects, ReaderSpec } from '../../../objects/ports.ts';

/** The items of a run, in their order. Calls of `next` do not overlap. */
export interface ItemStream {
  /** The identity of the part that was read, for the log: a source that has changed since is a fault. Empty for items that cannot change. */
  readonly mark: JsonObject;
  /** At most `countMax` items, at least one; none: the end. @throws {ObjectFault} */
  next(countMax: number): Promise<readonly JsonValue[]>;
  close(): void;
}

/** Opens the items. `expected` is the mark of an earlier reading: a source that has changed is a fault. */
export function openSource(
  objects: Objects,
  { state, run }: MapCommand,
  expected: JsonObject | null,
  signal: AbortSignal,
): Promise<ItemStream> {
  const spec = readerSpec(state.distributed.reader, run.reader ?? {}, run.maxItems);
  if (spec === null) return Promise.resolve(fromArray(run.items ?? [], run.maxItems));
  return objects.openItems(spec, expected, signal);
}

function readerSpec(
  reader: MapCommand['state']['distributed']['reader'],
  parameters: JsonObject,
  maxItems: number | null,
): ReaderSpec | null {
  if (reader === null) return null;
  const { resource, inputType, csvHeaders, csvDelimiter, itemsPointer } = reader;
  const csv = { headers: csvHeaders, delimiter: csvDelimiter };
  const place = {
    bucket: textOf(parameters, 'Bucket'),
    key: textOf(parameters, 'Key'),
    prefix: textOf(parameters, 'Prefix'),
  };
  return { resource, ...place, inputType, csv, itemsPointer, maxItems };
}

/** A member of `Parameters`, which the interpreter has found to be a text. */
export function textOf(parameters: JsonObject, key: string): string {
  const value = memberOf(parameters, key);
  return typeof value === 'string' ? value : '';
}

function fromArray(all: JsonArray, maxItems: number | null): ItemStream {
  const items: readonly JsonValue[] = maxItems === null ? all : all.slice(0, maxItems);
  let at = 0;
  return {
    mark: {},
    next(countMax) {
      const from = at;
      at = Math.min(items.length, from + countMax);
      return Promise.resolve(items.slice(from, at));
    },
    close() {},
  };
}
