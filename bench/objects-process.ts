/**
 * Reads a large CSV once, in a separate process: `millrace` through the room of objects, as a distributed Map does, `plain` with the same
 * parser on a stream of the file. Prints as JSON the rows in a second, and by how much the resident memory of the process grew at most, from
 * the first rows on.
 */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { systemClock } from '../src/base/clock.ts';
import { systemIds } from '../src/base/ids.ts';
import { MemoryBudget } from '../src/base/memory-budget.ts';
import { systemScheduler } from '../src/base/scheduler.ts';
import { loadObjectsLazily } from '../src/objects/lazy-objects.ts';
import { testSettings } from '../src/testing/test-settings.ts';

export interface ReadingFigures {
  readonly rows: number;
  readonly perSecond: number;
  /** Bytes. */
  readonly growth: number;
}

/** Of the million: the memory of the parser and of the HTTP client is there by then. */
const WARM_ROWS = 20_000;
/** Items that a Map run takes at once. */
const BATCH = 1_000;
const [kind = '', source = ''] = process.argv.slice(2);

let rows = 0;
let startedMs = 0;
let baseBytes = 0;
let peakBytes = 0;

/** Called after each batch. */
function count(more: number): void {
  const isWarm = rows >= WARM_ROWS;
  rows += more;
  if (!isWarm && rows >= WARM_ROWS) {
    globalThis.gc?.();
    baseBytes = process.memoryUsage.rss();
    startedMs = performance.now();
  }
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}

/** @param settings text of a settings file with the bucket `data` */
async function millrace(settings: string): Promise<void> {
  const ports = { clock: systemClock, scheduler: systemScheduler, ids: systemIds };
  const memory = new MemoryBudget(Number.POSITIVE_INFINITY);
  const objects = loadObjectsLazily({ ...testSettings(settings), ports, memory });
  const signal = new AbortController().signal;
  const csv = { headers: null, delimiter: ',' };
  const place = { resource: 'getObject', bucket: 'data', key: 'rows.csv', prefix: '' } as const;
  const spec = { ...place, inputType: 'CSV', csv, itemsPointer: null, maxItems: null } as const;
  const reading = await objects.openItems(spec, null, signal);
  for (let items = await reading.next(BATCH); items.length > 0; items = await reading.next(BATCH)) count(items.length);
  reading.close();
  await objects.close();
}

async function plain(path: string): Promise<void> {
  const stream = createReadStream(path).pipe(parse({ columns: true }));
  let batch = 0;
  for await (const _ of stream) {
    if (++batch < BATCH) continue;
    count(batch);
    batch = 0;
  }
  count(batch);
}

await (kind === 'plain' ? plain(source) : millrace(source));
const seconds = (performance.now() - startedMs) / 1_000;
const figures: ReadingFigures = { rows, perSecond: (rows - WARM_ROWS) / seconds, growth: peakBytes - baseBytes };
console.log(JSON.stringify(figures));
process.exit(0);
