/** Opens readings and writings: puts a bucket, a reader of its files and their limits together. */
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Ports } from '../base/ports.ts';
import { Turns } from '../base/turns.ts';
import type { Settings } from '../config/settings.ts';
import { egressPolicy } from '../outbound/egress.ts';
import { createTransport } from '../outbound/transport.ts';
import { findBucket } from './buckets.ts';
import type { BucketParts } from './buckets.ts';
import { bucketName, changed, objectName, refuseAborted } from './faults.ts';
import { FileBytes } from './items/bytes.ts';
import { CsvItems } from './items/csv-items.ts';
import { InventoryItems, readInventory } from './items/inventory-items.ts';
import type { Items } from './items/items.ts';
import { JsonItems } from './items/json-items.ts';
import { JsonLines } from './items/json-lines.ts';
import { ListedItems, ListingDigest, refuseOtherListing } from './items/listed-items.ts';
import { TextBytes } from './items/text-bytes.ts';
import { ObjectFault } from './ports.ts';
import type { ItemReading, Objects, ReaderSpec, ResultWriting, SourceMark, WriterSpec } from './ports.ts';
import { Reading } from './reading.ts';
import { Results } from './results.ts';
import { isSameMark } from './store.ts';
import type { Bucket, StoredFile } from './store.ts';

export interface ObjectsOptions
  extends Pick<Settings, 'buckets' | 'cloud' | 'cloudActions' | 'ossEndpoint' | 'region' | 'http'> {
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'ids'>;
  /** Counts the pieces of files and the results that are held. */
  readonly memory: MemoryBudget;
}

/**
 * Connections to all stores together, from the descriptors that a server has for itself. A reading needs one only while a piece arrives, so
 * many readings share a few.
 */
const CONNECTIONS = 16;

export function createObjects(options: ObjectsOptions): Objects {
  const { ports, http, memory } = options;
  const { clock, scheduler, ids } = ports;
  // All targets are those of the settings, to which the egress policy does not apply.
  const egress = egressPolicy({ reach: 'all', allow: [] });
  const turns = new Turns(scheduler);
  const transport = createTransport({
    connectionsPerOrigin: CONNECTIONS,
    connections: CONNECTIONS,
    egress,
    memory,
    turns,
  });
  const { buckets, cloud, cloudActions, ossEndpoint, region } = options;
  const parts: BucketParts = {
    ...{ transport, scheduler, clock, ids, timeoutMs: http.timeoutMs },
    ...{ buckets, cloud, cloudActions, ossEndpoint, region },
  };
  const closing = new AbortController();
  return {
    async openItems(spec, expected, signal) {
      const own = new AbortController();
      const source = { spec, bucket: findBucket(spec.bucket, 'OSS:GetObject', parts), parts, memory };
      const open = spec.resource === 'listObjects' ? openListing : openFile;
      const all = AbortSignal.any([signal, own.signal, closing.signal]);
      return open(source, expected, all, () => own.abort());
    },
    async openResults(spec, mapRunName, signal) {
      const all = AbortSignal.any([signal, closing.signal]);
      return openResults(spec, mapRunName, {
        bucket: findBucket(spec.bucket, 'OSS:PutObject', parts),
        memory,
        signal: all,
      });
    },
    async close() {
      // Also ends the pauses between attempts.
      closing.abort();
      await transport.close();
    },
  };
}

interface Source {
  readonly spec: ReaderSpec;
  readonly bucket: Bucket;
  readonly parts: BucketParts;
  readonly memory: MemoryBudget;
}

async function openListing(
  { spec, bucket }: Source,
  expected: SourceMark | null,
  signal: AbortSignal,
  abort: () => void,
): Promise<ItemReading> {
  const place = { bucket, name: spec.bucket, prefix: spec.prefix };
  if (expected !== null) await refuseOtherListing(place, expected, signal);
  const what = bucketName(spec.bucket);
  return begun(
    new Reading({
      items: new ListedItems(place, signal),
      mark: new ListingDigest(),
      maxItems: spec.maxItems,
      what,
      close: abort,
    }),
  );
}

async function openFile(
  source: Source,
  expected: SourceMark | null,
  signal: AbortSignal,
  abort: () => void,
): Promise<ItemReading> {
  const { spec, bucket, memory } = source;
  const what = objectName(spec.bucket, spec.key);
  const file = await bucket.open(spec.key, signal);
  if (expected !== null && !isSameMark(file.mark, expected)) throw changed(what);
  const { items, free } = await itemsOf(file, what, source, signal);
  memory.add(HELD_BYTES);
  const close = (): void => {
    memory.remove(HELD_BYTES);
    free();
    abort();
  };
  return begun(new Reading({ items, mark: file.mark, maxItems: spec.maxItems, what, close }));
}

/** Bytes that a reading of a file holds, a piece and its rows, as the budget counts them. */
const HELD_BYTES = 1_200_000;

async function begun(reading: Reading): Promise<ItemReading> {
  try {
    await reading.begin();
    return reading;
  } catch (error) {
    reading.close();
    throw error;
  }
}

interface Opened {
  readonly items: Items;
  readonly free: () => void;
}

async function itemsOf(file: StoredFile, what: string, source: Source, signal: AbortSignal): Promise<Opened> {
  const { spec, bucket, parts } = source;
  const { scheduler } = parts;
  const text = new TextBytes(new FileBytes(file, what, scheduler, signal), what);
  const alone = (items: Items): Opened => ({ items, free: () => undefined });
  switch (spec.inputType) {
    case 'CSV':
      refuseColumns(spec, what);
      return alone(new CsvItems(text, what, { columns: spec.csv.headers, delimiter: spec.csv.delimiter }));
    case 'JSONL':
      return alone(new JsonLines(text, what));
    case 'JSON':
      return alone(new JsonItems(text, what, spec.itemsPointer ?? ''));
    case 'MANIFEST': {
      const inventoryParts = { bucket, bucketName: spec.bucket, scheduler, signal };
      const items = new InventoryItems(await readInventory(file, what, inventoryParts), inventoryParts);
      return { items, free: () => items.close() };
    }
    case null:
      throw new ObjectFault(
        'Unusable',
        `${what} cannot be read without InputType; set it to JSON, JSONL, CSV or MANIFEST`,
      );
  }
}

/** The names of columns that a flow gives must each be the name of one. */
function refuseColumns({ csv: { headers } }: ReaderSpec, what: string): void {
  if (headers === null || (headers.length > 0 && new Set(headers).size === headers.length)) return;
  throw new ObjectFault(
    'Unusable',
    `${what} cannot be read: CSVHeaders names no column, or one twice; give each column its own name`,
  );
}

function openResults(
  { bucket: bucketName, prefix }: WriterSpec,
  mapRunName: string,
  parts: { readonly bucket: Bucket; readonly memory: MemoryBudget; readonly signal: AbortSignal },
): ResultWriting {
  refuseAborted(`the results of Map run ${mapRunName}`, parts.signal);
  const folder = prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`;
  return new Results({ ...parts, bucketName, prefix: `${folder}${mapRunName}/`, mapRunName });
}
