/** Memory of an execution that sleeps, by two processes (`sleepers-process.ts`). */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface SleeperResult {
  readonly executions: number;
  /** Bytes by execution. */
  readonly millrace: number;
  readonly timers: number;
}

export async function measureSleepers(executions: number): Promise<SleeperResult> {
  return { executions, millrace: await bytesOf('millrace', executions), timers: await bytesOf('timers', executions) };
}

async function bytesOf(kind: string, executions: number): Promise<number> {
  const script = fileURLToPath(new URL('./sleepers-process.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, kind, String(executions)]);
  return JSON.parse(stdout) as number;
}
