/**
 * Finds the running executions that this version could not continue: it loads each of them, and the logs of its open Map runs, as a start
 * of the server would, without running any.
 */
import type { Ports } from '../../base/ports.ts';
import { reasonOf } from '../../base/text.ts';
import type { Compiler } from '../../compiler/compiler.ts';
import type { ExecutionLimits } from '../../interpreter/execution.ts';
import { mapRunKey } from '../../interpreter/map-run-spec.ts';
import { WAIT_SECONDS } from '../../language/limits.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import { Turns } from '../driver/turns.ts';
import { createFlowCompiler } from '../flows/flow-compiler.ts';
import { PlanCache } from '../flows/plan-cache.ts';
import { ExecutionLoader } from './loader.ts';
import { foldLog } from './map-runs/fold-log.ts';
import { Progress } from './map-runs/progress.ts';

export interface ReadabilityOptions {
  readonly executions: Pick<ExecutionStore, 'get' | 'snapshot' | 'journal' | 'mapRunLog'> & {
    /** Ids above `afterId`, ascending, of running executions. */
    runningIds(afterId: ExecutionId, limit: number): readonly ExecutionId[];
  };
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly compiler: Pick<Compiler, 'compile'>;
  readonly limits: Omit<ExecutionLimits, 'waitSeconds'> & {
    readonly planBytes: number;
    readonly standardTimeoutSeconds: number;
  };
}

export interface UnreadableExecution {
  readonly record: ExecutionRecord;
  readonly reason: string;
}

const BATCH = 100;

export async function unreadableExecutions(options: ReadabilityOptions): Promise<readonly UnreadableExecution[]> {
  const { executions, ports, compiler, limits } = options;
  const turns = new Turns(ports);
  const loader = new ExecutionLoader({
    store: executions,
    compile: createFlowCompiler(compiler),
    cache: new PlanCache(limits.planBytes),
    turns,
    limits: { ...limits, waitSeconds: WAIT_SECONDS.Standard },
  });
  const load = async (record: ExecutionRecord): Promise<string> => {
    const execution = await loader.load(record);
    for (const command of execution.commands.values()) {
      if (command.kind !== 'map') continue;
      const { run } = command;
      const progress = new Progress(run, limits.stateDataBytes);
      const later = () => turns.later(record.flowName);
      await foldLog(executions, record.id, mapRunKey(run, command.id), progress, later).catch((error: unknown) => {
        throw new Error(`the log of its Map run ${run.name} cannot be read: ${reasonOf(error)}`, { cause: error });
      });
    }
    return execution.status;
  };
  const found: UnreadableExecution[] = [];
  for (let after = 0; ; ) {
    const ids = executions.runningIds(after, BATCH);
    for (const id of ids) {
      after = id;
      const record = await executions.get(id);
      if (record === null) continue;
      const reason = await load(record).then(endedReason, reasonOf);
      if (reason !== null) found.push({ record, reason });
    }
    if (ids.length < BATCH) return found;
  }
}

function endedReason(status: string): string | null {
  return status === 'Running' ? null : `its journal says that it has ended (${status})`;
}
