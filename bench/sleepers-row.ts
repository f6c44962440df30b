/** The memory of a sleeping execution, measured in two processes (`sleepers-process.ts`). */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sleepers } from './sleepers-process.ts';

export interface SleeperResult {
  readonly executions: number;
  readonly millrace: Sleepers;
  readonly timers: Sleepers;
}

export async function measureSleepers(executions: number): Promise<SleeperResult> {
  return {
    executions,
    millrace: await sleepersOf('millrace', executions),
    timers: await sleepersOf('timers', executions),
  };
}

async function sleepersOf(kind: string, executions: number): Promise<Sleepers> {
  const script = fileURLToPath(new URL('./sleepers-process.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, kind, String(executions)]);
  return JSON.parse(stdout) as Sleepers;
}
