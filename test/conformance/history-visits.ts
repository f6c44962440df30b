/**
 * The part of the judge of histories that knows the events within a state: from StateStarted to its end, with its task, branches
 * and items. `histories.ts` finds the state of an event.
 */
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/base/json.ts';
import type { Plan, Scope, State } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import { RULES, afterSwitch, union } from './history-dialects.ts';
import type { DialectRules } from './history-dialects.ts';
import {
  answers,
  failureOf,
  hasCatch,
  hasLines,
  isCallback,
  isDistributed,
  isInside,
  newLine,
  remove,
  short,
  text,
} from './history-line.ts';
import type { Fallen, Failure, Line, Phase, Visit } from './history-line.ts';

const FIRST_ENTERED = 2;

export class VisitJudge {
  readonly faults: string[] = [];
  protected readonly rules: DialectRules;
  /** True after an event that the judge cannot place. It cannot judge the events after it. */
  lost = false;
  /** The line that continues from an event, by the id of the event. */
  protected readonly lineAfter = new Map<number, Line>();
  /** The event under judgement. */
  protected event: HistoryEvent = null as unknown as HistoryEvent;
  /** The states that a redrive would continue. */
  protected fallen: Fallen[] = [];
  protected rootFailure: Failure | null = null;

  constructor({ dialect }: Plan) {
    this.rules = RULES[dialect];
  }

  protected fault(sentence: string): void {
    const { id, type, stepName } = this.event;
    this.faults.push(`event ${id} (${type}${stepName === '' ? '' : ` of ${stepName}`}): ${sentence}`);
  }

  protected lose(sentence: string): void {
    this.fault(sentence);
    this.lost = true;
  }

  protected expect(holds: boolean, sentence: string): void {
    if (!holds) this.fault(sentence);
  }

  protected same(got: JsonValue | undefined, expected: JsonValue, what: string): void {
    if (got !== undefined && text(got) === text(expected)) return;
    this.fault(`${what} is ${short(got ?? null)}, and ${short(expected)} was due`);
  }

  protected inVisit(event: HistoryEvent, line: Line, visit: Visit): void {
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
      case 'MapRunStarted':
        return this.#mapRunStarted(event, line, visit);
      case 'MapRunSucceeded':
        return this.#mapRunSucceeded(event, line, visit);
      case 'MapRunFailed':
        return this.#mapRunFailed(event, line, visit);
      case 'BranchEntered':
      case 'IterationEntered':
        return this.#opened(event, line, visit);
      case 'StateSucceeded':
        return this.#stateSucceeded(event, line, visit);
      case 'StateExited':
        return this.#stateExited(event, line, visit);
      default:
        return this.#stateFailed(event, line, visit);
    }
  }

  /** The line continues from this event. */
  protected continueFrom(event: HistoryEvent, line: Line): void {
    line.last = event.id;
    this.lineAfter.set(event.id, line);
  }

  #stateStarted(event: HistoryEvent, line: Line, visit: Visit): void {
    const retried = visit.phase === 'retry';
    if (visit.phase !== 'entered' && !retried) return this.lose(`the state was ${visit.phase}`);
    if (retried) this.notEarly(event, visit);
    const input = event.detail['input'] as JsonValue;
    if (visit.state.inputConstructor === null) this.same(input, visit.input, 'input');
    visit.input = input;
    visit.raw = this.rules.idleOutput(input);
    visit.phase = this.#phaseOfStart(event, visit);
    visit.inside = [];
    visit.opened = 0;
    visit.exits = [];
    visit.exited = 0;
    visit.failedInside = false;
    this.continueFrom(event, line);
  }

  #phaseOfStart(event: HistoryEvent, visit: Visit): Phase {
    const { state } = visit;
    if (state.type === 'Task' || isDistributed(state)) return 'started';
    if (hasLines(state)) return 'children';
    if (state.type === 'Fail') {
      visit.failure = { error: state.code ?? 'FnF.Fail', cause: state.detail ?? '' };
      return 'failing';
    }
    if (state.type === 'Wait' && typeof state.seconds === 'number') {
      visit.notBeforeMs = event.timeMs + state.seconds * 1000;
    }
    if (state.type === 'Wait' && typeof state.until === 'string') visit.notBeforeMs = Date.parse(state.until);
    return 'result';
  }

  #taskScheduled(event: HistoryEvent, line: Line, visit: Visit): void {
    const { state } = visit;
    if (state.type !== 'Task') return this.lose(`a ${state.type} calls nothing`);
    if (visit.phase !== 'started' && visit.phase !== 'retry') return this.lose(`the state was ${visit.phase}`);
    if (visit.phase === 'retry') this.notEarly(event, visit);
    const { detail } = event;
    visit.attempt++;
    const { action, resourceArn } = detail;
    if (resourceArn === undefined) this.same(action, state.action, 'action');
    else this.same(resourceArn, (detail['parameters'] as JsonObject)['resourceArn'] ?? null, 'resourceArn');
    this.same(detail['mode'], state.mode, 'mode');
    this.same(detail['attempt'], visit.attempt, 'attempt');
    const { timeoutSeconds } = state;
    if (timeoutSeconds === null || timeoutSeconds === 0) {
      this.expect(detail['timeoutSeconds'] === undefined, 'the state has no Timeout');
    } else if (typeof timeoutSeconds === 'number')
      this.same(detail['timeoutSeconds'], timeoutSeconds, 'timeoutSeconds');
    visit.phase = 'scheduled';
    visit.scheduled = event.id;
    visit.scheduledBy = line.last;
    this.continueFrom(event, line);
  }

  #taskSubmitted(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'scheduled') return this.lose(`the task was ${visit.phase}`);
    this.expect(isCallback(visit.state), 'the task waits for no callback');
    visit.phase = 'submitted';
    this.continueFrom(event, line);
    this.lineAfter.set(visit.scheduled, line);
  }

  #taskSucceeded(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'scheduled' && visit.phase !== 'submitted') return this.lose(`the task was ${visit.phase}`);
    visit.phase = 'result';
    const output = event.detail['output'] as JsonValue;
    visit.raw = visit.state.type === 'Task' ? this.rules.resultOf(visit.state, output) : output;
    this.continueFrom(event, line);
  }

  #taskFailed(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'scheduled' && visit.phase !== 'submitted') return this.lose(`the task was ${visit.phase}`);
    const failure = failureOf(event);
    const timedOut = failure.error === 'FnF.TaskTimeout';
    if (event.type === 'TaskSubmitFailed') {
      this.expect(visit.phase === 'scheduled' && isCallback(visit.state), 'it was accepted, or waits for no callback');
    } else {
      this.expect((event.type === 'TaskTimedOut') === timedOut, `its error is ${failure.error}`);
    }
    this.#failedAttempt(event, visit, failure);
    this.continueFrom(event, line);
  }

  #mapRunStarted(event: HistoryEvent, line: Line, visit: Visit): void {
    if (!isDistributed(visit.state)) return this.lose(`a ${visit.state.type} has no Map run`);
    if (visit.phase !== 'started') return this.lose(`the state was ${visit.phase}`);
    visit.phase = 'run';
    visit.scheduled = event.id;
    visit.scheduledBy = line.last;
    this.continueFrom(event, line);
  }

  #mapRunSucceeded(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'run') return this.lose(`the state was ${visit.phase}`);
    visit.phase = 'result';
    visit.raw = event.detail['output'] as JsonValue;
    this.continueFrom(event, line);
  }

  #mapRunFailed(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'run') return this.lose(`the state was ${visit.phase}`);
    this.#failedAttempt(event, visit, failureOf(event));
    this.continueFrom(event, line);
  }

  /** The event announces a retry, or the state has to fail with this failure. */
  #failedAttempt(event: HistoryEvent, visit: Visit, failure: Failure): void {
    const seconds = event.detail['retryAfterSeconds'] as number | undefined;
    if (seconds === undefined) {
      visit.failure = failure;
      visit.phase = 'failing';
      return;
    }
    const rules = 'retry' in visit.state ? visit.state.retry : [];
    this.expect(
      rules.some((rule) => answers(rule.errors, failure)),
      'no rule of the state retries that',
    );
    visit.failure = null;
    visit.phase = 'retry';
    visit.notBeforeMs = event.timeMs + seconds * 1000;
  }

  protected notEarly(event: HistoryEvent, visit: Visit): void {
    // Times are whole milliseconds; delays may be fractions.
    this.expect(event.timeMs > visit.notBeforeMs - 1, `it was due ${visit.notBeforeMs - event.timeMs} ms later`);
  }

  #opened(event: HistoryEvent, line: Line, visit: Visit): void {
    const { state } = visit;
    const type = state.type === 'Map' ? 'IterationEntered' : 'BranchEntered';
    if (!hasLines(state) || event.type !== type) return this.lose(`it is of a ${state.type}`);
    if (visit.phase !== 'children') return this.lose(`the state was ${visit.phase}`);
    const index = event.detail['index'] as number;
    if (state.type !== 'Switch') this.same(index, visit.opened, 'index');
    const scope = scopeInside(state, index);
    if (scope === null) return this.lose(`the state has no such branch, or it has no steps`);
    if (state.type === 'Switch' && visit.opened > 0) return this.lose('a branch of it runs already');
    const input = event.detail['input'] as JsonValue;
    if (state.type !== 'Map') this.same(input, visit.input, 'input');
    else if (this.rules.hasLocal) this.expect(isWithItem(visit.input, input), 'the input of the step is not in it');
    visit.branch = index;
    const opened = newLine(scope, { line, visit }, index, event.id, input);
    visit.inside.push(opened);
    visit.opened++;
    if (state.type === 'Map') {
      const { itemsAtOnce } = this.rules;
      const most = Math.min(state.maxConcurrency ?? itemsAtOnce, itemsAtOnce);
      this.expect(visit.inside.length <= most, `${visit.inside.length} items at once`);
    }
    this.lineAfter.set(event.id, opened);
  }

  protected exited(event: HistoryEvent, line: Line): void {
    const { outer } = line;
    if (outer === null || line.visit !== null || !line.expected.includes(null))
      return this.lose('no branch or item ends there');
    if (event.cause !== line.last || !outer.visit.inside.includes(line)) {
      return this.lose(`${event.cause} is not its cause`);
    }
    const type = outer.visit.state.type === 'Map' ? 'IterationExited' : 'BranchExited';
    if (event.type !== type) return this.lose(`it is of a ${outer.visit.state.type}`);
    this.expect(event.stepName === outer.visit.state.name, `it is of ${outer.visit.state.name} by its cause`);
    this.same(event.detail['index'], line.index, 'index');
    const end = this.rules.endOf(line);
    this.same(event.detail['output'], end, 'output');
    outer.visit.exits[outer.visit.state.type === 'Switch' ? 0 : line.index] = end;
    outer.visit.exited++;
    remove(line);
    this.continueFrom(event, outer.line);
  }

  #stateSucceeded(event: HistoryEvent, line: Line, visit: Visit): void {
    const { state } = visit;
    if (hasLines(state)) {
      if (visit.phase !== 'children') return this.lose(`the state was ${visit.phase}`);
      const due = state.type === 'Parallel' ? state.branches.length : visit.opened;
      const unopened = state.type === 'Switch' && visit.opened === 0 && afterSwitch(state, visit).length === 0;
      this.expect(!unopened, 'every branch of it has steps');
      this.expect(
        visit.opened === due && visit.exited === due,
        `${visit.exited} of ${due} lines inside it have exited`,
      );
      visit.raw = this.rules.joined(visit);
    } else if (visit.phase !== 'result') return this.lose(`the state was ${visit.phase}`);
    if (state.type === 'Wait') this.notEarly(event, visit);
    const output = event.detail['output'] as JsonValue;
    if (state.outputConstructor === null || state.type === 'Choice') this.same(output, visit.raw, 'output');
    this.#ends(event, line, visit, following(visit), output);
  }

  /** Success, or a caught failure. An event of its own leaves a classic step, with its output in the local. */
  #ends(event: HistoryEvent, line: Line, visit: Visit, next: readonly (State | null)[], output: JsonValue): void {
    if (!this.rules.hasLocal) return this.leave(event, line, next, output);
    if (!isJsonObject(output)) return this.lose('the output of a step is no object');
    visit.phase = 'leaving';
    visit.output = output;
    visit.next = next;
    this.continueFrom(event, line);
  }

  #stateExited(event: HistoryEvent, line: Line, visit: Visit): void {
    if (visit.phase !== 'leaving') return this.lose(`the state was ${visit.phase}`);
    line.local = union(line.local, visit.output);
    this.same(event.detail['local'], line.local, 'local');
    this.leave(event, line, visit.next, line.handed);
  }

  /** To one of these states, or out of the scope. */
  protected leave(event: HistoryEvent, line: Line, expected: readonly (State | null)[], handed: JsonValue): void {
    line.visit = null;
    line.expected = expected;
    line.handed = handed;
    this.continueFrom(event, line);
  }

  #stateFailed(event: HistoryEvent, line: Line, visit: Visit): void {
    const failure = failureOf(event);
    const caughtBy = event.detail['next'] as string | undefined;
    if (['scheduled', 'submitted', 'run', 'leaving'].includes(visit.phase))
      return this.lose(`the state was ${visit.phase}`);
    if (visit.phase === 'retry') this.notEarly(event, visit);
    this.#failureDue(event, visit, failure);
    this.expect(
      visit.inside.every((inner) => inner.visit === null),
      'a state inside it is still entered',
    );
    const timedOut = failure.error === 'FnF.TaskTimeout' && !this.rules.hasLocal;
    const type = timedOut ? 'StateTimedOut' : 'StateFailed';
    this.expect(event.type === type, `its error is ${failure.error}`);
    visit.aborting = false;
    if (event.detail['retryAfterSeconds'] !== undefined) {
      this.fallen = this.fallen.filter((fallen) => !isInside(fallen.line, visit));
      visit.inside = [];
      this.#failedAttempt(event, visit, failure);
      this.continueFrom(event, line);
    } else if (caughtBy === undefined) this.#uncaught(event, line, visit, failure);
    else {
      this.fallen = this.fallen.filter((fallen) => !isInside(fallen.line, visit));
      const rules = 'catch' in visit.state ? visit.state.catch : [];
      const rule = rules.find((candidate) => answers(candidate.errors, failure));
      if (rule === undefined) return this.lose('no rule of the state catches that');
      this.same(caughtBy, rule.next.name, 'next');
      const output = event.detail['output'] as JsonValue;
      if (rule.outputConstructor === null) this.same(output, visit.input, 'output');
      this.#ends(event, line, visit, [rule.next], output);
    }
  }

  /** The failure of the event before; if there was none, one of the engine's own (rules.md 12.5, 12.6). */
  #failureDue(event: HistoryEvent, visit: Visit, failure: Failure): void {
    const isTooMany = isDistributed(visit.state) && failure.error === 'FnF.MapRunLimitExceeded';
    const own = isTooMany || this.rules.ownErrors.includes(failure.error);
    const due = visit.failure;
    if (visit.phase !== 'failing' || due === null) {
      this.expect(own, `nothing before it failed with ${failure.error}`);
      // Without an InputConstructor, only the input of the execution, or its union with the local, can be at fault.
      const isHanded = visit.state.inputConstructor === null && !this.rules.hasLocal;
      const unstarted = visit.phase === 'entered' && isHanded;
      this.expect(!unstarted || visit.entered === FIRST_ENTERED, 'the state has not started');
      const early = visit.phase === 'children' && visit.exited < visit.opened;
      this.expect(!early || failure.error === 'FnF.DataLimitExceeded', 'lines inside it have not exited');
      return;
    }
    const calls = visit.state.type === 'Task' || isDistributed(visit.state);
    const decided = calls && event.detail['retryAfterSeconds'] !== undefined;
    this.expect(!decided, 'its task announced no retry');
    // The output of a catch rule may fail as well.
    if (own && hasCatch(visit.state, due) && event.detail['next'] === undefined) return;
    this.same(failure.error, due.error, 'error');
    this.same(failure.cause, due.cause, 'cause');
  }

  #uncaught(event: HistoryEvent, line: Line, visit: Visit, failure: Failure): void {
    const last = line.last;
    const own = !visit.failedInside;
    if (own) this.fallen = this.fallen.filter((fallen) => !isInside(fallen.line, visit));
    this.fallen.push({ line, visit, last, own });
    line.visit = null;
    line.expected = [];
    const { outer } = line;
    if (outer === null) {
      this.rootFailure = failure;
      this.continueFrom(event, line);
      return;
    }
    remove(line);
    outer.visit.failedInside = true;
    outer.visit.failure = failure;
    outer.visit.phase = 'failing';
    outer.visit.aborting = true;
    this.continueFrom(event, outer.line);
  }
}

/** The states that may follow the success of a state; null: the scope ends. */
function following(visit: Visit): readonly (State | null)[] {
  const { state } = visit;
  if (state.type === 'Choice') return [...state.branches.map((branch) => branch.next), state.default];
  return state.type === 'Switch' ? afterSwitch(state, visit) : [state.next];
}

/** The scope inside a state at this index; null when there is none. */
function scopeInside(state: State, index: number): Scope | null {
  if (state.type === 'Map') return state.processor;
  if (state.type === 'Parallel') return state.branches[index] ?? null;
  if (state.type !== 'Switch') return null;
  return (index === state.branches.length ? state.default : state.branches[index])?.scope ?? null;
}

/** True when the input of an iteration is that of its foreach with the element, and with its index if the flow names it. */
function isWithItem(input: JsonValue, got: JsonValue): boolean {
  if (!isJsonObject(input) || !isJsonObject(got)) return false;
  const changed = Object.keys(got).filter(
    (key) => input[key] === undefined || text(input[key]) !== text(got[key] as JsonValue),
  );
  return changed.length <= 2 && Object.keys(input).every((key) => Object.hasOwn(got, key));
}
