/** Task calls: the command that makes one, and the answers to it. */
import { isJsonObject, memberOf } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { weighValue } from '../../base/value-weight.ts';
import type { TaskState } from '../../language/plan.ts';
import type { CallCommand } from '../commands.ts';
import { constructParameters, evaluateTimeout } from '../construct.ts';
import type { EventFacts, EventType, Failure } from '../event.ts';
import { TASK_TIMEOUT, findRetry, taskTimeout } from '../failure.ts';
import type { Input } from '../input.ts';
import type { Thread } from '../thread.ts';
import { CALL_BYTES } from '../weights.ts';
import type { Decision } from './decision.ts';
import { finishWith, recover } from './end.ts';

/** An answer to a command. */
export type Answer = Extract<Input, { readonly id: number }>;
export type TaskAnswer = Exclude<Answer, { readonly kind: 'timer-due' | MapRunAnswer['kind'] }>;
export type MapRunAnswer = Extract<Answer, { readonly kind: `map-run-${string}` }>;

/** Builds the parameters of a task and opens the command that calls it; a failing expression fails the state. */
export function schedule(decision: Decision, thread: Thread, task: TaskState): void {
  const { scope, execution, rules } = decision;
  scope.enter(thread);
  const { action, mode } = task;
  if (mode !== 'RequestComplete') scope.callback = execution.lastEvent + 1;
  const parameters = constructParameters(scope, task.parameters);
  const timeoutSeconds = scope.failure === null ? evaluateTimeout(scope, task) : null;
  scope.failure ??= decision.takeRoom(parameters, 'Parameters') ?? decision.takeRoomBytes(CALL_BYTES, 'Another call');
  if (scope.failure !== null) return recover(decision, thread, scope.failure);
  const attempt = (thread.tries?.calls ?? 0) + 1;
  const facts: EventFacts = { ...rules.taskFacts(parameters), action, mode, attempt, timeoutSeconds };
  decision.emitInState('TaskScheduled', thread, parameters, facts);
}

/** Takes the answer to the command of a task; an answer to its submission counts only before the service has accepted it. */
export function taskAnswered(decision: Decision, thread: Thread, command: CallCommand, input: TaskAnswer): void {
  const { id, submitted, timeoutSeconds } = command;
  switch (input.kind) {
    case 'task-succeeded':
      taskSucceeded(decision, thread, id, input.output);
      break;
    case 'task-failed':
      taskFailed(decision, thread, id, input.failure);
      break;
    case 'task-timed-out':
      taskFailed(decision, thread, id, taskTimeout(timeoutSeconds ?? 0));
      break;
    case 'task-submitted':
      if (!submitted) taskSubmitted(decision, thread, id, input.output);
      break;
    case 'task-submit-failed':
      if (!submitted) taskFailed(decision, thread, id, input.failure, 'TaskSubmitFailed');
      break;
  }
}

function taskSucceeded(decision: Decision, thread: Thread, id: number, output: JsonValue): void {
  const { scope } = decision;
  scope.enter(thread);
  const what = 'The result of the task';
  const failure = scope.oversize(output, what) ?? takeResult(decision, output, what);
  if (failure === null) decision.emitCausedBy(id, 'TaskSucceeded', thread, output, null);
  else taskFailed(decision, thread, id, failure);
}

/** An answer over the data limit is left out: the work was accepted, and its end decides the task. */
function taskSubmitted(decision: Decision, thread: Thread, id: number, answer: JsonValue): void {
  const { scope } = decision;
  scope.enter(thread);
  const what = 'The answer of the service';
  const failure = scope.oversize(answer, what) ?? takeResult(decision, answer, what);
  if (failure === null) return decision.emitCausedBy(id, 'TaskSubmitted', thread, answer, null);
  decision.emitCausedBy(id, 'TaskSubmitted', thread, null, {
    warnings: [{ path: '', message: `${failure.cause} It is left out of the history.` }],
  });
}

/** A result of this weight is always taken: it says that work is done, and losing it saves nothing. */
const SMALL_RESULT_BYTES = 2_048;

function takeResult(decision: Decision, result: JsonValue, what: string): Failure | null {
  if (weighValue(result, SMALL_RESULT_BYTES) <= SMALL_RESULT_BYTES) return null;
  return decision.takeRoom(result, what);
}

function taskFailed(
  decision: Decision,
  thread: Thread,
  id: number,
  failure: Failure,
  type: EventType = failure.error === TASK_TIMEOUT ? 'TaskTimedOut' : 'TaskFailed',
): void {
  const retry = findRetry(thread, failure);
  decision.emitCausedBy(id, type, thread, null, retry === null ? { failure } : { failure, retry });
}

/** Ends a state whose task has ended. A callback delivers the result itself (rules.md 7.5). */
export function finishTask(decision: Decision, thread: Thread, output: JsonValue): void {
  const { state } = thread;
  const isWhole = state.type !== 'Task' || state.resultMember === null || state.mode === 'WaitForCustomCallback';
  finishWith(decision, thread, isWhole ? output : memberOrNull(output, state.resultMember), state.next);
}

function memberOrNull(output: JsonValue, key: string): JsonValue {
  return isJsonObject(output) ? (memberOf(output, key) ?? null) : null;
}
