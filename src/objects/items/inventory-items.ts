/**
 * The rows of an inventory, which lists the objects of a bucket: a manifest names gzipped CSV files and their columns. Inventories of Object
 * Storage Service and of Amazon S3 have the same form. The files are read from the bucket of the manifest.
 */
import { memberOf, parseJsonObject, isJsonArray, isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { changed, malformed, objectName } from '../faults.ts';
import type { Bucket, StoredFile } from '../store.ts';
import { unescapedKey } from '../escaped-key.ts';
import { FileBytes } from './bytes.ts';
import { CsvItems } from './csv-items.ts';
import { CheckedBytes, GunzipBytes } from './gunzip-bytes.ts';
import { MAX_ITEM, MAX_ITEM_BYTES } from './items.ts';
import type { Items } from './items.ts';
import { TextBytes } from './text-bytes.ts';

export interface InventoryParts {
  readonly bucket: Bucket;
  readonly bucketName: string;
  readonly scheduler: Scheduler;
  readonly signal: AbortSignal;
}

interface DataFile {
  readonly key: string;
  readonly sizeBytes: number | null;
  readonly md5: string | null;
}

export interface Inventory {
  readonly columns: readonly string[];
  readonly files: readonly DataFile[];
}

/** Reads a manifest. @throws {ObjectFault} */
export async function readInventory(file: StoredFile, what: string, parts: InventoryParts): Promise<Inventory> {
  if (file.sizeBytes > MAX_ITEM_BYTES)
    throw malformed(what, `is larger than ${MAX_ITEM}, so it is no manifest of an inventory`);
  const slices: Buffer[] = [];
  const bytes = new TextBytes(new FileBytes(file, what, parts.scheduler, parts.signal), what);
  for (let slice = await bytes.next(); slice !== null; slice = await bytes.next()) slices.push(slice);
  const manifest = parseJsonObject(Buffer.concat(slices).toString());
  if (manifest === null) throw malformed(what, 'is not the manifest of an inventory: it is no JSON object');
  return inventoryOf(manifest, what);
}

function inventoryOf(manifest: JsonObject, what: string): Inventory {
  const format = memberOf(manifest, 'fileFormat');
  if (format !== 'CSV') {
    throw malformed(
      what,
      `is not the manifest of an inventory in CSV: its fileFormat is ${JSON.stringify(format ?? null)}; configure the inventory with CSV`,
    );
  }
  const schema = memberOf(manifest, 'fileSchema');
  const files = memberOf(manifest, 'files');
  if (typeof schema !== 'string' || schema.trim() === '' || files === undefined || !isJsonArray(files)) {
    throw malformed(what, 'is not the manifest of an inventory: it has no fileSchema, or no list of files');
  }
  return {
    columns: schema.split(',').map((name) => name.trim()),
    files: files.map((each) => dataFileOf(each, what)),
  };
}

function dataFileOf(value: JsonValue, what: string): DataFile {
  const key = isJsonObject(value) ? memberOf(value, 'key') : undefined;
  if (!isJsonObject(value) || typeof key !== 'string') {
    throw malformed(what, 'is not the manifest of an inventory: one of its files has no key');
  }
  const size = memberOf(value, 'size');
  const md5 = memberOf(value, 'MD5checksum');
  return {
    key,
    sizeBytes: typeof size === 'number' ? size : null,
    md5: typeof md5 === 'string' && /^[\da-f]{32}$/i.test(md5) ? md5 : null,
  };
}

export class InventoryItems implements Items {
  readonly #inventory: Inventory;
  readonly #parts: InventoryParts;
  #index = 0;
  #open: { readonly items: Items; close(): void } | null = null;

  constructor(inventory: Inventory, parts: InventoryParts) {
    this.#inventory = inventory;
    this.#parts = parts;
  }

  async next(): Promise<readonly JsonValue[]> {
    for (;;) {
      if (this.#open === null) {
        const file = this.#inventory.files[this.#index++];
        if (file === undefined) return [];
        this.#open = await this.#opened(file);
      }
      const rows = await this.#open.items.next();
      if (rows.length > 0) return rows.map((row) => withPlainKey(row as JsonObject));
      this.close();
    }
  }

  /** Frees the file that is being read. */
  close(): void {
    this.#open?.close();
    this.#open = null;
  }

  async #opened({ key, sizeBytes, md5 }: DataFile): Promise<{ readonly items: Items; close(): void }> {
    const { bucket, bucketName, scheduler, signal } = this.#parts;
    const what = objectName(bucketName, key);
    const file = await bucket.open(key, signal);
    if (sizeBytes !== null && sizeBytes !== file.sizeBytes) throw changed(what);
    const stored = new FileBytes(file, what, scheduler, signal);
    const checked = md5 === null ? stored : new CheckedBytes(stored, what, md5);
    const gunzip = new GunzipBytes(checked, what, scheduler);
    const form = { columns: this.#inventory.columns, delimiter: ',' };
    return { items: new CsvItems(new TextBytes(gunzip, what), what, form), close: () => gunzip.close() };
  }
}

/** Inventories escape keys as URLs do. A flow wants to use them as they are. */
function withPlainKey(row: JsonObject): JsonObject {
  const key = memberOf(row, 'Key');
  return typeof key === 'string' ? { ...row, Key: unescapedKey(key) } : row;
}
