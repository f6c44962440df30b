/** Shared by the tests of objects: the room with settings, and its items in one list. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonValue } from '../../src/base/json.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { systemIds } from '../../src/base/ids.ts';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { systemScheduler } from '../../src/base/scheduler.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import { loadObjectsLazily } from '../../src/objects/lazy-objects.ts';
import { ObjectFault } from '../../src/objects/ports.ts';
import type { ItemReading, Objects, ReaderSpec } from '../../src/objects/ports.ts';
import type { Bytes } from '../../src/objects/items/bytes.ts';
import type { Items } from '../../src/objects/items/items.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { testSettings } from '../../src/testing/test-settings.ts';

export const NEVER = new AbortController().signal;

export interface ObjectsBench {
  readonly objects: Objects;
  readonly memory: MemoryBudget;
}

/**
 * The objects of a server with this settings file; closed at the end of the test, which must leave no memory counted.
 * @param time the time of this machine when absent
 */
export function objectsWith(t: CleanUp, settings: string, time?: Clock & Scheduler): ObjectsBench {
  const memory = new MemoryBudget(Number.POSITIVE_INFINITY);
  const ports = {
    clock: time ?? systemClock,
    scheduler: time ?? systemScheduler,
    ids: systemIds,
  };
  const objects = loadObjectsLazily({ ...testSettings(settings), ports, memory });
  atEnd(t, async () => {
    await objects.close();
    if (memory.bytes !== 0) throw new Error(`${memory.bytes} bytes are still counted`);
  });
  return { objects, memory };
}

export interface FolderBench extends ObjectsBench {
  readonly folder: string;
  /** Writes a file of the bucket `data`. */
  write(key: string, content: string | Buffer): void;
}

/** The bucket `data` as a folder. */
export function folderBench(t: CleanUp): FolderBench {
  const folder = temporaryFolder(t);
  return {
    ...objectsWith(t, `objects: {buckets: {data: {type: folder, path: ${JSON.stringify(folder)}}}}`),
    folder,
    write(key, content) {
      const path = join(folder, key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
  };
}

/** The specification of a file of the bucket `data`. */
export function fileSpec(
  key: string,
  inputType: NonNullable<ReaderSpec['inputType']>,
  changes: Partial<ReaderSpec> = {},
): ReaderSpec {
  return {
    resource: 'getObject',
    bucket: 'data',
    key,
    prefix: '',
    inputType,
    csv: { headers: null, delimiter: ',' },
    itemsPointer: null,
    maxItems: null,
    ...changes,
  };
}

export function listSpec(prefix: string, changes: Partial<ReaderSpec> = {}): ReaderSpec {
  return { ...fileSpec('', 'JSON', changes), resource: 'listObjects', prefix, inputType: null };
}

/** The rest of the items of a reading, which is then closed. */
export async function rest(reading: ItemReading, countMax = 7): Promise<JsonValue[]> {
  const all: JsonValue[] = [];
  try {
    for (;;) {
      const items = await reading.next(countMax);
      if (items.length === 0) return all;
      if (items.length > countMax) throw new Error(`${items.length} items instead of ${countMax}`);
      all.push(...items);
    }
  } finally {
    reading.close();
  }
}

export async function itemsOf(objects: Objects, spec: ReaderSpec): Promise<JsonValue[]> {
  return rest(await objects.openItems(spec, null, NEVER));
}

/** The fault of something that must fail with one. */
export async function faultOf(work: Promise<unknown>): Promise<ObjectFault> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ObjectFault) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Bytes cut at these places. */
export function bytesCut(content: Buffer, cuts: readonly number[]): Bytes {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (content.length + 1)), content.length])].sort(
    (a, b) => a - b,
  );
  const slices = places.slice(1).map((to, i) => content.subarray(places[i], to));
  return { next: () => Promise.resolve(slices.shift() ?? null) };
}

export async function allOf(items: Items): Promise<JsonValue[]> {
  const all: JsonValue[] = [];
  for (;;) {
    const some = await items.next();
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** Time in which the pauses between attempts are over at once, and the deadlines of calls never pass. */
export class ShortPauses implements Clock, Scheduler {
  /** In milliseconds. */
  readonly pauses: number[] = [];

  nowMs(): number {
    return Date.UTC(2026, 0, 2, 3, 4, 5);
  }

  monotonicMs(): number {
    return 0;
  }

  after(delayMs: number, wake: () => void): () => void {
    if (delayMs >= 30_000) return () => undefined;
    this.pauses.push(delayMs);
    const pause = setImmediate(wake);
    return () => clearImmediate(pause);
  }

  soon(work: () => void): void {
    setImmediate(work);
  }

  outside<T>(work: Promise<T>): Promise<T> {
    return work;
  }
}
