/**
 * Memory of what sleeps, in a process of its own: `millrace` starts executions that wait longer than they stay in memory,
 * `timers` makes as many objects of a plain program, each with a timer. Prints resident bytes by execution as JSON, all that
 * the process has taken since the first of them included.
 */
import { inParallel, openEngine } from './durable-engine.ts';
import { SLEEP } from './flows.ts';
import { inFolder } from './folder.ts';

const STARTS_AT_ONCE = 500;
const [kind = '', countText = ''] = process.argv.slice(2);
const count = Number(countText);

/** What the system counts for the process, SQLite's own memory with it, after full collections. */
async function residentBytes(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    globalThis.gc?.();
  }
  return process.memoryUsage().rss;
}

async function millrace(): Promise<number> {
  return inFolder(async (folder) => {
    const engine = await openEngine(folder, () => new Promise(() => {}));
    await engine.createFlow('sleep', SLEEP);
    // What starts once is not counted: code, prepared statements, the compiled flow.
    await engine.start('sleep', 'first');
    const before = await residentBytes();
    await inParallel(STARTS_AT_ONCE, count, (i) => engine.start('sleep', `e${i}`));
    const after = await residentBytes();
    if ((await engine.stores.executions.running()) !== count + 1) throw new Error('not all of them sleep');
    await engine.close();
    return (after - before) / count;
  });
}

async function timers(): Promise<number> {
  const before = await residentBytes();
  const sleepers = new Map<string, { name: string; input: unknown; state: string; timer: NodeJS.Timeout }>();
  for (let i = 0; i < count; i++) {
    const name = `e${i}`;
    const input = JSON.parse(`{"order":{"id":"o-${i}","amount":99.5}}`) as unknown;
    sleepers.set(name, { name, input, state: 'Sleep', timer: setTimeout(() => sleepers.delete(name), 300_000) });
  }
  const after = await residentBytes();
  for (const { timer } of sleepers.values()) clearTimeout(timer);
  return (after - before) / count;
}

console.log(JSON.stringify(kind === 'timers' ? await timers() : await millrace()));
process.exit(0);
