/**
 * Judges a served history of a state machine by decisions.md 5, api.md 5 and fdl-more.md 6, and by nothing else: it knows
 * the plan, never the engine's own state, and finds the lines of execution by following `ScheduleEventId`.
 *
 * A line is one way through a scope: the flow itself, a branch, an item. It stands in at most one state, its visit.
 */
import type { JsonValue } from '../../src/base/json.ts';
import type { Plan, State } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import {
  answers,
  atOnce,
  failureOf,
  following,
  hasCatch,
  hasInside,
  isBesideFailure,
  isCallback,
  isInside,
  isOutcome,
  joined,
  newLine,
  newVisit,
  remove,
  short,
  standing,
  text,
} from './history-line.ts';
import type { Failure, Line, Phase, Visit } from './history-line.ts';
import { memberFaults } from './history-members.ts';

export interface HistoryOptions {
  /** True for the beginning of a history: it may stop anywhere. */
  readonly running?: boolean;
  /** The event that ends an execution with `FnF.EventLimitExceeded`; 5,000 when absent. */
  readonly eventLimit?: number;
}

/** A state that ended with the execution and would go on in a redrive. */
interface Fallen {
  readonly line: Line;
  readonly visit: Visit;
  readonly last: number;
  readonly own: boolean;
}

const TERMINAL = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionStopped'];
/** Failures that come from no task and no Fail state. */
const OWN_ERRORS = ['FnF.RuntimeError', 'FnF.DataLimitExceeded'];
const FIRST_ENTERED = 2;
const EVENT_LIMIT = { events: 5_000, error: 'FnF.EventLimitExceeded' };
const TIMEOUT_ERRORS: Readonly<Record<string, string>> = { ExecutionTimedOut: 'FnF.ExecutionTimeout' };

/** What is wrong with a history, a sentence each; empty when nothing is. It stops at the first event that it cannot place. */
export function historyFaults(plan: Plan, events: readonly HistoryEvent[], options: HistoryOptions = {}): string[] {
  const check = new Check(plan, options);
  for (const event of events) {
    check.take(event);
    if (check.lost) break;
  }
  if (!check.lost) check.close();
  return check.faults;
}

class Check {
  readonly faults: string[] = [];
  /** True once an event could not be placed: what follows cannot be judged. */
  lost = false;
  readonly #plan: Plan;
  readonly #options: HistoryOptions;
  /** The line that goes on from an event, by the event's id. */
  readonly #lineAfter = new Map<number, Line>();
  #root: Line | null = null;
  #before: HistoryEvent | null = null;
  #event: HistoryEvent = null as unknown as HistoryEvent;
  #input: JsonValue = null;
  #ended = '';
  /** States are being aborted because the execution ends. */
  #ending = false;
  #rootFailure: Failure | null = null;
  #redrives = 0;
  /** Id of the start or of the last redrive. */
  #began = 1;
  #fallen: Fallen[] = [];

  constructor(plan: Plan, options: HistoryOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  take(event: HistoryEvent): void {
    const before = this.#before;
    this.#event = event;
    if (event.id !== (before?.id ?? 0) + 1) return this.#lose(`its id follows ${before?.id ?? 0}`);
    if (before !== null && event.timeMs < before.timeMs) this.#fault(`its time is before that of ${before.id}`);
    const members = [...memberFaults(event)];
    for (const fault of members) this.#fault(fault);
    if (members.length > 0) {
      this.lost = true;
      return;
    }
    this.#place(event);
    this.#before = event;
  }

  close(): void {
    if (this.#options.running === true) return;
    if (this.#ended === '')
      this.faults.push(`the history of an ended execution ends with event ${this.#before?.id ?? 0}`);
  }

  #fault(sentence: string): void {
    const { id, type, stepName } = this.#event;
    this.faults.push(`event ${id} (${type}${stepName === '' ? '' : ` of ${stepName}`}): ${sentence}`);
  }

  #lose(sentence: string): void {
    this.#fault(sentence);
    this.lost = true;
  }

  #expect(holds: boolean, sentence: string): void {
    if (!holds) this.#fault(sentence);
  }

  #same(got: JsonValue | undefined, expected: JsonValue, what: string): void {
    if (got !== undefined && text(got) === text(expected)) return;
    this.#fault(`${what} is ${short(got ?? null)}, and ${short(expected)} was due`);
  }

  #place(event: HistoryEvent): void {
    if (event.type === 'ExecutionStarted') return this.#executionStarted(event);
    if (this.#ended !== '') return this.#lose(`it follows ${this.#ended}`);
    if (TERMINAL.includes(event.type)) return this.#executionEnded(event);
    if (event.type === 'StateAborted') return this.#stateAborted(event);
    if (this.#ending) return this.#lose('states are being aborted because the execution ends');
    const line = this.#lineAfter.get(event.cause);
    if (line === undefined) return this.#lose(`its cause, ${event.cause}, is no event that it could follow from`);
    const { visit } = line;
    if (visit?.aborting === true && !['StateFailed', 'StateTimedOut'].includes(event.type)) {
      return this.#lose('a line inside the state has failed, and others go on');
    }
    if (isBesideFailure(line)) return this.#lose('it goes on beside a failed sibling');
    if (event.type === 'StateEntered') return this.#stateEntered(event, line);
    if (event.type === 'BranchExited' || event.type === 'IterationExited') return this.#exited(event, line);
    if (visit === null) return this.#lose('no state is entered there');
    if (event.stepName !== visit.state.name) return this.#lose(`it is of ${visit.state.name} by its cause`);
    if (event.cause !== (isOutcome(event) ? visit.scheduled : line.last))
      return this.#lose(`${event.cause} is not its cause`);
    this.#inVisit(event, line, visit);
  }

  #inVisit(event: HistoryEvent, line: Line, visit: Visit): void {
    switch (event.type) {
      case 'StateStarted':
        return this.#stateStarted(event, line, visit);
      case 'TaskScheduled':
        return this.#taskScheduled(event, line, visit);
      case 'TaskSubmitted':
        return this.#taskSubmitted(event, line, visit);
      case 'TaskSucceeded':
        return this.#taskSucceeded(event, line, visit);
      case 'TaskFailed':
      case 'TaskSubmitFailed':
      case 'TaskTimedOut':
        return this.#taskFailed(event, line, visit);
      case 'BranchEntered':
      case 'IterationEntered':
        return this.#opened(event, line, visit);
      case 'StateSucceeded':
        return this.#stateSucceeded(event, line, visit);
      default:
        return this.#stateFailed(event, line, visit);
    }
  }

  /** The line goes on from this event. */
  #goesOn(event: HistoryEvent, line: Line): void {
    line.last = event.id;
    this.#lineAfter.set(event.id, line);
  }

  #executionStarted(event: HistoryEvent): void {
    const { detail } = event;
    if (event.id === 1) {
      this.#expect(event.cause === 0, 'the first event has no cause');
      this.#expect(detail['redrive'] === undefined, 'the first start is no redrive');
      this.#input = detail['input'] as JsonValue;
      this.#root = newLine(this.#plan.root, null, 0, event.id, this.#input);
      this.#lineAfter.set(event.id, this.#root);
      return;
    }
    if (this.#ended === '' || this.#ended === 'ExecutionSucceeded')
      return this.#lose('nothing had ended without success');
    this.#redrives++;
    this.#began = event.id;
    this.#expect(event.cause === event.id - 1, 'a redrive is caused by the end that it undoes');
    this.#same(detail['redrive'], this.#redrives, 'redrive');
    this.#same(detail['input'], this.#input, 'input');
    this.#ended = '';
    this.#ending = false;
    this.#rootFailure = null;
    for (const fallen of this.#fallen.toReversed()) this.#raise(fallen);
    this.#fallen = [];
  }

  /** A state that had fallen goes on: where it was, or, if the failure was its own, from its entry. */
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
    this.#lineAfter.set(last, line);
    if (!own) return;
    visit.phase = 'entered';
    visit.failure = null;
    visit.attempt = 0;
    line.last = visit.entered;
    this.#lineAfter.set(visit.entered, line);
  }

  #executionEnded(event: HistoryEvent): void {
    const root = this.#root as Line;
    const { detail, type } = event;
    this.#ended = type;
    this.#expect(event.cause === event.id - 1, 'its cause is the event before it');
    if (type === 'ExecutionSucceeded') {
      this.#expect(root.visit === null && root.expected.length === 0, 'the flow has not come to its end');
      this.#expect(this.#rootFailure === null && !this.#ending, 'it has failed or is being stopped');
      this.#same(detail['output'], root.handed, 'output');
      return;
    }
    if (detail['error'] === EVENT_LIMIT.error && type === 'ExecutionFailed') {
      this.#expect(event.id === this.#lastId, `the limit is ${this.#lastId} events`);
      this.#fallWith(root);
      return;
    }
    if (type === 'ExecutionFailed') {
      if (this.#rootFailure === null) return this.#fault('no state of the flow failed');
      this.#same(detail['error'], this.#rootFailure.error, 'error');
      this.#same(detail['cause'], this.#rootFailure.cause, 'cause');
      return;
    }
    const named = TIMEOUT_ERRORS[type];
    if (named !== undefined) this.#same(detail['error'], named, 'error');
    if (event.id === this.#lastId) return this.#fallWith(root);
    this.#expect(root.visit === null, `${root.visit?.state.name} is still entered`);
  }

  /** Id of the event that has to be the last: a redrive counts from its own. */
  get #lastId(): number {
    return this.#began - 1 + (this.#options.eventLimit ?? EVENT_LIMIT.events);
  }

  /** The event limit ends an execution directly: whatever was entered falls. */
  #fallWith(line: Line): void {
    if (line.visit === null) return;
    for (const inner of line.visit.inside) this.#fallWith(inner);
    this.#fallen.push({ line, visit: line.visit, last: line.last, own: false });
    line.visit = null;
  }

  #stateAborted(event: HistoryEvent): void {
    const at = this.#lineAfter.get(event.cause);
    if (at === undefined) return this.#lose(`its cause, ${event.cause}, is no event that it could follow from`);
    if (at.visit?.aborting === false && hasInside(at)) this.#overfull(event, at, at.visit);
    const aborting = at.visit?.aborting === true ? at.visit : null;
    if (aborting === null) {
      this.#ending = true;
      this.#abort(event, at, at.last === event.cause);
      return;
    }
    const targets = aborting.inside.flatMap(standing).filter((line) => line.visit?.state.name === event.stepName);
    const target = targets.find((line) => !hasInside(line)) ?? targets[0];
    if (target === undefined) return this.#lose('no such state is entered inside the one that failed');
    this.#abort(event, target, at.last === event.cause);
  }

  /** Results that are too large together fail their state with the exit that brings the last of them (decisions.md 2.8). */
  #overfull(event: HistoryEvent, line: Line, visit: Visit): void {
    if (line.last !== event.cause || visit.exited === 0) return;
    visit.aborting = true;
    visit.phase = 'overfull';
  }

  #abort(event: HistoryEvent, line: Line, causeHolds: boolean): void {
    const { visit } = line;
    if (visit === null) return this.#lose('no state is entered there');
    if (visit.state.name !== event.stepName) return this.#lose(`it is of ${visit.state.name} by its cause`);
    this.#expect(causeHolds, `${event.cause} is not its cause`);
    this.#expect(!hasInside(line), 'a state inside it is still entered');
    this.#fallen.push({ line, visit, last: line.last, own: false });
    line.visit = null;
    remove(line);
  }

  #stateEntered(event: HistoryEvent, line: Line): void {
    if (line.visit !== null) return this.#lose(`${line.visit.state.name} is still entered`);
    if (event.cause !== line.last) return this.#lose(`${event.cause} is not its cause`);
    const state = line.expected.find((candidate) => candidate.name === event.stepName);
    if (state === undefined) {
      const names = line.expected.map((candidate) => candidate.name).join(' or ') || 'the end of the scope';
      return this.#lose(`${names} was due`);
    }
    this.#same(event.detail['input'], line.handed, 'input');
    line.visit = newVisit(state, event);
    this.#goesOn(event, line);
  }

  #stateStarted(event: HistoryEvent, line: Line, visit: Visit): void {
    const retried = visit.phase === 'retry';
    if (visit.phase !== 'entered' && !retried) return this.#lose(`the state was ${visit.phase}`);
    if (retried) this.#notEarly(event, visit);
    const input = event.detail['input'] as JsonValue;
    if (visit.state.inputConstructor === null) this.#same(input, visit.input, 'input');
    visit.input = input;
    visit.raw = input;
    visit.phase = this.#phaseOfStart(event, visit);
    visit.inside = [];
    visit.opened = 0;
    visit.exits = [];
    visit.exited = 0;
    visit.failedInside = false;
    this.#goesOn(event, line);
  }

  #phaseOfStart(event: HistoryEvent, visit: Visit): Phase {
    const { state } = visit;
    if (state.type === 'Task') return 'started';
    if (state.type === 'Parallel' || state.type === 'Map') return 'children';
    if (state.type === 'Fail') {
      visit.failure = { error: state.code ?? 'FnF.Fail', cause: state.detail ?? '' };
      return 'failing';
    }
    if (state.type === 'Wait' && typeof state.seconds === 'number') {
      visit.notBeforeMs = event.timeMs + state.seconds * 1000;
    }
    return 'result';
  }

  #taskScheduled(event: HistoryEvent, line: Line, visit: Visit): void {
    const { state } = visit;
    if (state.type !== 'Task') return this.#lose(`a ${state.type} calls nothing`);
    if (visit.phase !== 'started' && visit.phase !== 'retry') return this.#lose(`the state was ${visit.phase}`);
    if (visit.phase === 'retry') this.#notEarly(event, visit);
    const { detail } = event;
    visit.attempt++;
    this.#same(detail['action'], state.action, 'action');
    this.#same(detail['mode'], state.mode, 'mode');
    this.#same(detail['attempt'], visit.attempt, 'attempt');
    const { timeoutSeconds } = state;
    if (timeoutSeconds === null || timeoutSeconds === 0) {
      this.#expect(detail['timeoutSeconds'] === undefined, 'the state has no Timeout');
    } else if (typeof timeoutSeconds === 'number')
      this.#same(detail['timeoutSeconds'], timeoutSeconds, 'timeoutSeconds');
    visit.phase = 'scheduled';
    visit.scheduled = event.id;
    this.#goesOn(event, line);
  }

  #taskSubmitted(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'scheduled') return this.#lose(`the task was ${visit.phase}`);
    this.#expect(isCallback(visit.state), 'the task waits for no callback');
    visit.phase = 'submitted';
    this.#goesOn(event, line);
    this.#lineAfter.set(visit.scheduled, line);
  }

  #taskSucceeded(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'scheduled' && visit.phase !== 'submitted') return this.#lose(`the task was ${visit.phase}`);
    visit.phase = 'result';
    visit.raw = event.detail['output'] as JsonValue;
    this.#goesOn(event, line);
  }

  #taskFailed(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'scheduled' && visit.phase !== 'submitted') return this.#lose(`the task was ${visit.phase}`);
    const failure = failureOf(event);
    const timedOut = failure.error === 'FnF.TaskTimeout';
    if (event.type === 'TaskSubmitFailed') {
      this.#expect(visit.phase === 'scheduled' && isCallback(visit.state), 'it was accepted, or waits for no callback');
    } else {
      this.#expect((event.type === 'TaskTimedOut') === timedOut, `its error is ${failure.error}`);
    }
    this.#failedAttempt(event, visit, failure);
    this.#goesOn(event, line);
  }

  /** A retry is announced, or the state is to fail with this. */
  #failedAttempt(event: HistoryEvent, visit: Visit, failure: Failure): void {
    const seconds = event.detail['retryAfterSeconds'] as number | undefined;
    if (seconds === undefined) {
      visit.failure = failure;
      visit.phase = 'failing';
      return;
    }
    const rules = 'retry' in visit.state ? visit.state.retry : [];
    this.#expect(
      rules.some((rule) => answers(rule.errors, failure)),
      'no rule of the state retries that',
    );
    visit.failure = null;
    visit.phase = 'retry';
    visit.notBeforeMs = event.timeMs + seconds * 1000;
  }

  #notEarly(event: HistoryEvent, visit: Visit): void {
    // Times are whole milliseconds, delays need not be.
    this.#expect(event.timeMs > visit.notBeforeMs - 1, `it was due ${visit.notBeforeMs - event.timeMs} ms later`);
  }

  #opened(event: HistoryEvent, line: Line, visit: Visit): void {
    const { state } = visit;
    const type = state.type === 'Parallel' ? 'BranchEntered' : 'IterationEntered';
    if ((state.type !== 'Parallel' && state.type !== 'Map') || event.type !== type) {
      return this.#lose(`it is of a ${state.type}`);
    }
    if (visit.phase !== 'children') return this.#lose(`the state was ${visit.phase}`);
    this.#same(event.detail['index'], visit.opened, 'index');
    const scope = state.type === 'Parallel' ? state.branches[visit.opened] : state.processor;
    if (scope === undefined) return this.#lose(`the state has ${visit.opened} branches`);
    const input = event.detail['input'] as JsonValue;
    if (state.type === 'Parallel') this.#same(input, visit.input, 'input');
    const opened = newLine(scope, { line, visit }, visit.opened, event.id, input);
    visit.inside.push(opened);
    visit.opened++;
    if (state.type === 'Map')
      this.#expect(visit.inside.length <= atOnce(state), `${visit.inside.length} items at once`);
    this.#lineAfter.set(event.id, opened);
  }

  #exited(event: HistoryEvent, line: Line): void {
    const { outer } = line;
    if (outer === null || line.visit !== null || line.expected.length > 0)
      return this.#lose('no branch or item ends there');
    if (event.cause !== line.last || !outer.visit.inside.includes(line)) {
      return this.#lose(`${event.cause} is not its cause`);
    }
    const type = outer.visit.state.type === 'Parallel' ? 'BranchExited' : 'IterationExited';
    if (event.type !== type) return this.#lose(`it is of a ${outer.visit.state.type}`);
    this.#expect(event.stepName === outer.visit.state.name, `it is of ${outer.visit.state.name} by its cause`);
    this.#same(event.detail['index'], line.index, 'index');
    this.#same(event.detail['output'], line.handed, 'output');
    outer.visit.exits[line.index] = line.handed;
    outer.visit.exited++;
    remove(line);
    this.#goesOn(event, outer.line);
  }

  #stateSucceeded(event: HistoryEvent, line: Line, visit: Visit): void {
    const { state } = visit;
    if (state.type === 'Parallel' || state.type === 'Map') {
      if (visit.phase !== 'children') return this.#lose(`the state was ${visit.phase}`);
      const due = state.type === 'Parallel' ? state.branches.length : visit.opened;
      this.#expect(
        visit.opened === due && visit.exited === due,
        `${visit.exited} of ${due} lines inside it have exited`,
      );
      visit.raw = joined(state, visit);
    } else if (visit.phase !== 'result') return this.#lose(`the state was ${visit.phase}`);
    if (state.type === 'Wait') this.#notEarly(event, visit);
    const output = event.detail['output'] as JsonValue;
    if (state.outputConstructor === null || state.type === 'Choice') this.#same(output, visit.raw, 'output');
    this.#leave(event, line, following(state), output);
  }

  /** To one of these states, or out of the scope. */
  #leave(event: HistoryEvent, line: Line, expected: readonly State[], handed: JsonValue): void {
    line.visit = null;
    line.expected = expected;
    line.handed = handed;
    this.#goesOn(event, line);
  }

  #stateFailed(event: HistoryEvent, line: Line, visit: Visit): void {
    const failure = failureOf(event);
    const caughtBy = event.detail['next'] as string | undefined;
    if (visit.phase === 'scheduled' || visit.phase === 'submitted') return this.#lose(`the state was ${visit.phase}`);
    if (visit.phase === 'retry') this.#notEarly(event, visit);
    this.#failureDue(event, visit, failure);
    this.#expect(
      visit.inside.every((inner) => inner.visit === null),
      'a state inside it is still entered',
    );
    const type = failure.error === 'FnF.TaskTimeout' ? 'StateTimedOut' : 'StateFailed';
    this.#expect(event.type === type, `its error is ${failure.error}`);
    visit.aborting = false;
    if (event.detail['retryAfterSeconds'] !== undefined) {
      this.#fallen = this.#fallen.filter((fallen) => !isInside(fallen.line, visit));
      visit.inside = [];
      this.#failedAttempt(event, visit, failure);
      this.#goesOn(event, line);
    } else if (caughtBy === undefined) this.#uncaught(event, line, visit, failure);
    else {
      this.#fallen = this.#fallen.filter((fallen) => !isInside(fallen.line, visit));
      const rules = 'catch' in visit.state ? visit.state.catch : [];
      const rule = rules.find((candidate) => answers(candidate.errors, failure));
      if (rule === undefined) return this.#lose('no rule of the state catches that');
      this.#same(caughtBy, rule.next.name, 'next');
      const output = event.detail['output'] as JsonValue;
      if (rule.outputConstructor === null) this.#same(output, visit.input, 'output');
      this.#leave(event, line, [rule.next], output);
    }
  }

  /** The failure that was told before; where there was none, one of the engine's own (decisions.md 2.7, 2.8). */
  #failureDue(event: HistoryEvent, visit: Visit, failure: Failure): void {
    const own = OWN_ERRORS.includes(failure.error);
    const due = visit.failure;
    if (visit.phase !== 'failing' || due === null) {
      this.#expect(own, `nothing before it failed with ${failure.error}`);
      // Without an InputConstructor only the input of the execution can be at fault.
      const unstarted = visit.phase === 'entered' && visit.state.inputConstructor === null;
      this.#expect(!unstarted || visit.entered === FIRST_ENTERED, 'the state has not started');
      const early = visit.phase === 'children' && visit.exited < visit.opened;
      this.#expect(!early || failure.error === 'FnF.DataLimitExceeded', 'lines inside it have not exited');
      return;
    }
    const decided = visit.state.type === 'Task' && event.detail['retryAfterSeconds'] !== undefined;
    this.#expect(!decided, 'its task announced no retry');
    // The output of a catch rule may fail in its turn.
    if (own && hasCatch(visit.state, due) && event.detail['next'] === undefined) return;
    this.#same(failure.error, due.error, 'error');
    this.#same(failure.cause, due.cause, 'cause');
  }

  #uncaught(event: HistoryEvent, line: Line, visit: Visit, failure: Failure): void {
    const last = line.last;
    const own = !visit.failedInside;
    if (own) this.#fallen = this.#fallen.filter((fallen) => !isInside(fallen.line, visit));
    this.#fallen.push({ line, visit, last, own });
    line.visit = null;
    line.expected = [];
    const { outer } = line;
    if (outer === null) {
      this.#rootFailure = failure;
      this.#goesOn(event, line);
      return;
    }
    remove(line);
    outer.visit.failedInside = true;
    outer.visit.failure = failure;
    outer.visit.phase = 'failing';
    outer.visit.aborting = true;
    this.#goesOn(event, outer.line);
  }
}
