/**
 * The time from a start until all executions continue whose task was being called when the process ended. The baseline is a
 * bare loop that reads the same rows and parses the same texts.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inParallel, openEngine } from './durable-engine.ts';
import { taskChain } from './flows.ts';
import { inFolder } from './folder.ts';

export interface RecoveryResult {
  readonly executions: number;
  /** Milliseconds from opening the file to the last repeated call, by round. */
  readonly millraceMs: readonly number[];
  readonly byHandMs: readonly number[];
}

const STARTS_AT_ONCE = 500;

export async function measureRecovery(executions: number, rounds: number): Promise<RecoveryResult> {
  return inFolder(async (folder) => {
    const first = await openEngine(folder, never);
    await first.createFlow('steps', taskChain());
    await inParallel(STARTS_AT_ONCE, executions, (i) => first.start('steps', `e${i}`));
    await first.close();
    const millraceMs: number[] = [];
    const byHandMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      millraceMs.push(await recover(folder, executions));
      byHandMs.push(read(folder, executions));
    }
    return { executions, millraceMs, byHandMs };
  });
}

function never(): Promise<never> {
  return new Promise(() => {});
}

async function recover(folder: string, executions: number): Promise<number> {
  const began = performance.now();
  let calls = 0;
  let allCalled = (): void => {};
  const all = new Promise<void>((resolve) => {
    allCalled = resolve;
  });
  const engine = await openEngine(folder, () => {
    if (++calls === executions) allCalled();
    return never();
  });
  await all;
  const tookMs = performance.now() - began;
  await engine.close();
  return tookMs;
}

function read(folder: string, executions: number): number {
  const began = performance.now();
  const database = new DatabaseSync(join(folder, 'millrace.db'), { readOnly: true });
  const rows = database.prepare(`SELECT e.id, e.name, i.text, j.events FROM executions e
    JOIN inputs i ON i.execution = e.id JOIN journal j ON j.execution = e.id
    WHERE e.status = 0 ORDER BY e.id, j.first`);
  const found = new Map<number, unknown[]>();
  for (const row of rows.iterate()) {
    const events = JSON.parse(String(row['events'])) as unknown[];
    const id = Number(row['id']);
    found.set(id, [...(found.get(id) ?? [JSON.parse(String(row['text'])), row['name']]), ...events]);
  }
  database.close();
  if (found.size !== executions) throw new Error(`${found.size} executions of ${executions} were read`);
  return performance.now() - began;
}
