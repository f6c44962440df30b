/**
 * Memory of sleeping executions, in a separate process. `millrace` starts executions that wait long enough to leave memory;
 * `timers` makes as many objects with a timer, as a plain program would. Prints as JSON the memory of the process at the end,
 * and the memory that each execution of the second half added: the starts cost memory too, but no more for a million than for
 * the first ten thousand.
 */
import { inParallel, openEngine } from './durable-engine.ts';
import { INPUT, SLEEP } from './flows.ts';
import { inFolder } from './folder.ts';

export interface Sleepers {
  readonly residentMb: number;
  readonly bytesEach: number;
}

const STARTS_AT_ONCE = 500;
const [kind = '', countText = ''] = process.argv.slice(2);
const count = Number(countText);

/** The resident memory of this process, SQLite's memory included, after full garbage collections. */
async function residentBytes(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    globalThis.gc?.();
  }
  return process.memoryUsage().rss;
}

interface Half {
  /** Starts `count` sleepers, numbered from `from`. */
  (from: number, count: number): Promise<void>;
}

async function measured(start: Half): Promise<Sleepers> {
  const half = Math.floor(count / 2);
  await start(0, half);
  const before = await residentBytes();
  await start(half, count - half);
  const after = await residentBytes();
  return { residentMb: after / 1e6, bytesEach: (after - before) / (count - half) };
}

async function millrace(): Promise<Sleepers> {
  return inFolder(async (folder) => {
    const engine = await openEngine(folder, () => new Promise(() => {}));
    await engine.createFlow('sleep', SLEEP);
    const result = await measured((from, starts) =>
      inParallel(STARTS_AT_ONCE, starts, (i) => engine.start('sleep', `e${from + i}`)),
    );
    if ((await engine.stores.executions.running()).executions !== count)
      throw new Error('not all executions are sleeping');
    await engine.close();
    return result;
  });
}

async function timers(): Promise<Sleepers> {
  const sleepers = new Map<string, { name: string; input: unknown; state: string; timer: NodeJS.Timeout }>();
  const result = await measured(async (from, starts) => {
    for (let i = from; i < from + starts; i++) {
      const name = `e${i}`;
      const input = JSON.parse(INPUT) as unknown;
      sleepers.set(name, { name, input, state: 'Sleep', timer: setTimeout(() => sleepers.delete(name), 300_000) });
    }
  });
  for (const { timer } of sleepers.values()) clearTimeout(timer);
  return result;
}

console.log(JSON.stringify(kind === 'timers' ? await timers() : await millrace()));
process.exit(0);
