/**
 * Judges a served history by rules.md 13. The judge knows the plan and not the state of the
 * engine; it finds the lines of execution by `ScheduleEventId`.
 *
 * A line is one way through a scope: the flow itself, a branch, an item. It is in at most one state, its visit. This file uses the
 * event names of state machines; `history-dialects.ts` has the differences between the dialects.
 */
import type { JsonValue } from '../../src/base/json.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import { inStateNames, isAbortion } from './history-dialects.ts';
import { hasInside, isBesideFailure, isOutcome, newLine, newVisit, remove, linesInStates } from './history-line.ts';
import type { Fallen, Line, Visit } from './history-line.ts';
import { memberFaults } from './history-members.ts';
import { VisitJudge } from './history-visits.ts';

export interface HistoryOptions {
  /** True for the beginning of a history, which may stop anywhere. */
  readonly running?: boolean;
  /** The event that ends an execution with `FnF.EventLimitExceeded`; 5,000 when absent. */
  readonly eventLimit?: number;
}

const TERMINAL = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionStopped'];
const EVENT_LIMIT = { events: 5_000, error: 'FnF.EventLimitExceeded' };
const TIMEOUT_ERRORS: Readonly<Record<string, string>> = { ExecutionTimedOut: 'FnF.ExecutionTimeout' };

/** The faults of a history, one sentence each. The judge stops at the first event that it cannot place. */
export function historyFaults(plan: Plan, events: readonly HistoryEvent[], options: HistoryOptions = {}): string[] {
  const judge = new Judge(plan, options);
  for (const event of events) {
    judge.take(event);
    if (judge.lost) break;
  }
  if (!judge.lost) judge.close();
  return judge.faults;
}

class Judge extends VisitJudge {
  readonly #plan: Plan;
  readonly #options: HistoryOptions;
  #root: Line | null = null;
  #before: HistoryEvent | null = null;
  #input: JsonValue = null;
  #ended = '';
  /** True while states are aborted because the execution ends. */
  #ending = false;
  /** Classic: the error with which they are aborted. */
  #endingError: JsonValue = null;
  #redrives = 0;
  /** Id of the start or of the last redrive. */
  #began = 1;

  constructor(plan: Plan, options: HistoryOptions) {
    super(plan);
    this.#plan = plan;
    this.#options = options;
  }

  take(event: HistoryEvent): void {
    const before = this.#before;
    this.event = event;
    if (event.id !== (before?.id ?? 0) + 1) return this.lose(`its id follows ${before?.id ?? 0}`);
    if (before !== null && event.timeMs < before.timeMs) this.fault(`its time is before that of ${before.id}`);
    const members = [...memberFaults(event, this.#plan.dialect)];
    for (const fault of members) this.fault(fault);
    if (members.length > 0) {
      this.lost = true;
      return;
    }
    this.#place(inStateNames(event, this.#plan.dialect));
    this.#before = event;
  }

  close(): void {
    if (this.#options.running === true) return;
    if (this.#ended === '')
      this.faults.push(`the history of an ended execution ends with event ${this.#before?.id ?? 0}`);
  }

  #place(event: HistoryEvent): void {
    if (event.type === 'ExecutionStarted') return this.#executionStarted(event);
    if (this.#ended !== '') return this.lose(`it follows ${this.#ended}`);
    if (TERMINAL.includes(event.type)) return this.#executionEnded(event);
    if (event.type === 'StateAborted') return this.#stateAborted(event);
    const line = this.lineAfter.get(event.cause);
    const isAborted = this.rules.hasLocal && event.type === 'StateFailed' && line !== undefined;
    if (isAborted && isAbortion(event, line, this.rules)) return this.#stateAborted(event);
    if (this.#ending) return this.lose('states are being aborted because the execution ends');
    if (line === undefined) return this.lose(`its cause, ${event.cause}, is no event that it could follow from`);
    const { visit } = line;
    if (visit?.aborting === true && !['StateFailed', 'StateTimedOut'].includes(event.type)) {
      return this.lose('a line inside the state has failed, and another one continues');
    }
    if (isBesideFailure(line)) return this.lose('it continues beside a failed sibling');
    if (event.type === 'StateEntered') return this.#stateEntered(event, line);
    if (event.type === 'BranchExited' || event.type === 'IterationExited') return this.exited(event, line);
    if (visit === null) return this.lose('no state is entered there');
    if (event.stepName !== visit.state.name) return this.lose(`it is of ${visit.state.name} by its cause`);
    if (event.cause !== (isOutcome(event) ? visit.scheduled : line.last))
      return this.lose(`${event.cause} is not its cause`);
    this.inVisit(event, line, visit);
  }

  #executionStarted(event: HistoryEvent): void {
    const { detail } = event;
    if (event.id === 1) {
      this.expect(event.cause === 0, 'the first event has no cause');
      this.expect(detail['redrive'] === undefined, 'the first start is no redrive');
      this.#input = detail['input'] as JsonValue;
      this.#root = newLine(this.#plan.root, null, 0, event.id, this.#input);
      this.lineAfter.set(event.id, this.#root);
      return;
    }
    if (this.#ended === '' || this.#ended === 'ExecutionSucceeded')
      return this.lose('nothing had ended without success');
    this.#redrives++;
    this.#began = event.id;
    this.expect(event.cause === event.id - 1, 'a redrive is caused by the end that it undoes');
    this.same(detail['redrive'], this.#redrives, 'redrive');
    this.same(detail['input'], this.#input, 'input');
    this.#ended = '';
    this.#ending = false;
    this.#endingError = null;
    this.rootFailure = null;
    for (const fallen of this.fallen.toReversed()) this.#raise(fallen);
    this.fallen = [];
  }

  /** A state that ended with the execution continues where it was, or from its entry if the failure was its own. */
  #raise({ line, visit, last, own }: Fallen): void {
    line.visit = visit;
    if (visit.failedInside) {
      visit.phase = 'children';
      visit.failure = null;
    }
    visit.aborting = false;
    visit.failedInside = false;
    if (line.outer !== null && !line.outer.visit.inside.includes(line)) line.outer.visit.inside.push(line);
    line.last = last;
    this.lineAfter.set(last, line);
    if (!own) return this.#callAnew(line, visit);
    visit.phase = 'entered';
    visit.failure = null;
    visit.attempt = 0;
    line.last = visit.entered;
    this.lineAfter.set(visit.entered, line);
  }

  /** Work that ended with the execution, such as that of a child or a Map run, is begun again in the same attempt. */
  #callAnew(line: Line, visit: Visit): void {
    const { state, phase } = visit;
    const isCall = state.type === 'Task' && state.mode === 'WaitForSystemCallback';
    if (phase !== 'run' && !(isCall && ['scheduled', 'submitted'].includes(phase))) return;
    visit.phase = 'started';
    if (isCall) visit.attempt--;
    line.last = visit.scheduledBy;
    this.lineAfter.set(line.last, line);
  }

  #executionEnded(event: HistoryEvent): void {
    const root = this.#root as Line;
    const { detail, type } = event;
    this.#ended = type;
    // After a redrive for the mapping of the flow, the execution ends after the last step again.
    const again = this.#redrives > 0 && event.cause === root.last;
    this.expect(event.cause === event.id - 1 || again, 'its cause is the event before it');
    if (type === 'ExecutionSucceeded') {
      this.expect(root.visit === null && root.expected.includes(null), 'the flow has not come to its end');
      this.expect(this.rootFailure === null && !this.#ending, 'it has failed or is being stopped');
      if (this.#plan.outputConstructor === null) this.same(detail['output'], this.rules.endOf(root), 'output');
      return;
    }
    if (detail['error'] === EVENT_LIMIT.error && type === 'ExecutionFailed') {
      this.expect(event.id === this.#lastId, `the limit is ${this.#lastId} events`);
      this.#fallWith(root);
      return;
    }
    if (type === 'ExecutionFailed') {
      if (this.rootFailure === null) return this.#mappingFailed(event, root);
      this.same(detail['error'], this.rootFailure.error, 'error');
      this.same(detail['cause'], this.rootFailure.cause, 'cause');
      return;
    }
    const named = TIMEOUT_ERRORS[type];
    if (named !== undefined) this.same(detail['error'], named, 'error');
    if (event.id === this.#lastId) return this.#fallWith(root);
    if (this.#endingError !== null) this.same(detail['error'], this.#endingError, 'error');
    this.expect(root.visit === null, `${root.visit?.state.name} is still entered`);
  }

  /** If no state failed, a mapping of the flow did: before the first step or after the last. */
  #mappingFailed(event: HistoryEvent, root: Line): void {
    const { inputConstructor, outputConstructor } = this.#plan;
    const before = inputConstructor !== null && event.id === this.#began + 1 && root.last === 1;
    const after = outputConstructor !== null && root.visit === null && root.expected.includes(null);
    if (!before && !after) return this.fault('no state of the flow failed');
    this.expect(this.rules.ownErrors.includes(event.detail['error'] as string), 'no mapping fails with that');
  }

  /** Id of the event that must be the last. A redrive counts from its own start. */
  get #lastId(): number {
    return this.#began - 1 + (this.#options.eventLimit ?? EVENT_LIMIT.events);
  }

  /** The event limit ends an execution at once, with every state that is entered. */
  #fallWith(line: Line): void {
    if (line.visit === null) return;
    for (const inner of line.visit.inside) this.#fallWith(inner);
    this.fallen.push({ line, visit: line.visit, last: line.last, own: false });
    line.visit = null;
  }

  #stateAborted(event: HistoryEvent): void {
    const at = this.lineAfter.get(event.cause);
    if (at === undefined) return this.lose(`its cause, ${event.cause}, is no event that it could follow from`);
    if (at.visit?.aborting === false && hasInside(at)) this.#overfull(event, at, at.visit);
    const aborting = at.visit?.aborting === true ? at.visit : null;
    if (aborting === null) {
      this.#ending = true;
      if (this.#endingError !== null) this.same(event.detail['error'], this.#endingError, 'error');
      this.#endingError = event.detail['error'] ?? null;
      this.#abort(event, at, at.last === event.cause);
      return;
    }
    const targets = aborting.inside.flatMap(linesInStates).filter((line) => line.visit?.state.name === event.stepName);
    const target = targets.find((line) => !hasInside(line)) ?? targets[0];
    if (target === undefined) return this.lose('no such state is entered inside the one that failed');
    const error = aborting.phase === 'overfull' ? 'FnF.DataLimitExceeded' : (aborting.failure?.error ?? '');
    if (this.rules.hasLocal) this.same(event.detail['error'], error, 'error');
    this.#abort(event, target, at.last === event.cause);
  }

  /** Results that are too large together fail their state at the exit of the last one (rules.md 12.6). */
  #overfull(event: HistoryEvent, line: Line, visit: Visit): void {
    if (line.last !== event.cause || visit.exited === 0) return;
    visit.aborting = true;
    visit.phase = 'overfull';
  }

  #abort(event: HistoryEvent, line: Line, causeHolds: boolean): void {
    const { visit } = line;
    if (visit === null) return this.lose('no state is entered there');
    if (visit.state.name !== event.stepName) return this.lose(`it is of ${visit.state.name} by its cause`);
    this.expect(causeHolds, `${event.cause} is not its cause`);
    this.expect(!hasInside(line), 'a state inside it is still entered');
    this.fallen.push({ line, visit, last: line.last, own: false });
    line.visit = null;
    remove(line);
  }

  #stateEntered(event: HistoryEvent, line: Line): void {
    if (line.visit !== null) return this.lose(`${line.visit.state.name} is still entered`);
    if (event.cause !== line.last) return this.lose(`${event.cause} is not its cause`);
    const state = line.expected.find((candidate) => candidate?.name === event.stepName);
    if (state === undefined || state === null) {
      const names = line.expected.map((candidate) => candidate?.name ?? 'the end of the scope').join(' or ');
      return this.lose(`${names || 'the end of the scope'} was due`);
    }
    // The first step shows the result of the flow's own inputMappings.
    if (this.#plan.inputConstructor !== null && event.cause === 1) line.handed = event.detail['input'] as JsonValue;
    this.same(event.detail['input'], line.handed, 'input');
    if (this.rules.hasLocal) this.same(event.detail['local'], line.local, 'local');
    line.visit = newVisit(state, event, this.rules.inputOf(line));
    this.continueFrom(event, line);
  }
}
