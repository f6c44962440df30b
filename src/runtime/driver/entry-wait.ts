/** Says in sentences that an execution waits to enter a state, because executions enter states at a limited rate (docs/extensions.md). */
import { formatTime } from '../../base/clock.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { ExecutionWait } from '../executions.ts';
import type { StepTurn } from './step-rate.ts';

/** @param nowMs the present, wall time */
export function entryWait({ ready }: Execution, turn: StepTurn, nowMs: number): ExecutionWait {
  const thread = ready.find(({ phase }) => phase === 'enter');
  const { ahead, limit, note, sinceMs } = turn;
  const untilMs = nowMs + turn.leftMs;
  const before = ahead === 0 ? 'It is the next' : `${ahead} ${ahead === 1 ? 'entry comes' : 'entries come'} before it`;
  const states = `${limit.perSecond} ${limit.perSecond === 1 ? 'state' : 'states'}`;
  const reason = `It waits to enter the state: all ${limit.mode} executions together enter at most ${states} in a second (${limit.setting}).${note} ${before}, and it enters at ${formatTime(untilMs)} at the latest.`;
  const stepName = thread?.state.name ?? '';
  return { kind: 'Rate', stepName, event: thread?.lastEvent ?? 0, sinceMs, untilMs, action: '', reason };
}
