/** Time from the start of the process to its first signed answer, and the memory it holds when idle. */
import { setTimeout as pause } from 'node:timers/promises';
import { call, residentMb, startMillrace } from './servers.ts';

/** Memory is read this long after the first answer, when the garbage of the start is collected. */
const IDLE_MS = 3000;

export interface StartResult {
  readonly firstAnswerMs: number;
  readonly idleMb: number | null;
}

export async function measureStart(): Promise<StartResult> {
  const began = performance.now();
  const server = await startMillrace();
  try {
    const answer = await call(server.port, 'ListFlows', {});
    const firstAnswerMs = performance.now() - began;
    if (answer.status !== 200) throw new Error(`ListFlows answered ${answer.status} ${answer.body.toString()}`);
    await pause(IDLE_MS);
    return { firstAnswerMs, idleMb: residentMb(server.pid) };
  } finally {
    await server.stop();
  }
}
