/**
 * Says in sentences what has become of an execution, from its events: for one that failed the state, the attempt, the place in the
 * definition, the error and the paths without a value on the way; and what to do (docs/extensions.md).
 */
import { formatTime } from '../base/clock.ts';
import { beginning } from '../base/text.ts';
import type { ExecutionEvent, Warning } from '../interpreter/event.ts';
import type { Mode } from '../base/observer.ts';
import type { ExecutionView } from './executions.ts';

/** An event with the name of its state; empty for an event of the execution. */
export interface NamedEvent {
  readonly event: ExecutionEvent;
  readonly stepName: string;
}

/** The facts that the explanation needs. It takes the events one by one, so that a long history need not be in memory. */
export class Explanation {
  #last: NamedEvent | null = null;
  /** The latest failures in a row, the first of which began it. Another event than an end or an abortion breaks the row. */
  #failures: NamedEvent[] = [];
  #aborted: string[] = [];
  /** By thread: the attempt of the latest call. */
  readonly #attempts = new Map<number, number>();
  #warnings: string[] = [];

  add(named: NamedEvent): void {
    const { event, stepName } = named;
    const { facts, type } = event;
    if (facts?.warnings !== undefined) {
      const warnings = facts.warnings.map((warning) => warningText(warning, stepName));
      this.#warnings = [...this.#warnings, ...warnings].slice(-WARNINGS_MAX);
    }
    if (facts?.attempt !== undefined) this.#attempts.set(event.thread, facts.attempt);
    if (type === 'ExecutionRedriven') {
      this.#warnings = [];
      this.#failures = [];
      this.#aborted = [];
    }
    if (type === 'StateAborted') this.#aborted.push(stepName);
    else if (facts?.failure !== undefined && facts.retry === undefined && facts.caught === undefined) {
      if (!type.startsWith('Execution')) this.#failures.push(named);
    } else if (!type.startsWith('Execution')) {
      this.#failures = [];
      this.#aborted = [];
    }
    this.#last = named;
  }

  /** The sentences. `failure` is that of the execution; both texts are empty when it has none. */
  text(view: ExecutionView, failure: { readonly error: string; readonly cause: string }, mode: Mode): string {
    const redrive = (text: string): string => (mode === 'Standard' ? ` ${text}` : '');
    const when = view.stoppedMs === 0 ? '' : ` at ${formatTime(view.stoppedMs)}`;
    switch (view.status) {
      case 'Running':
        return this.#running();
      case 'Succeeded':
        return `It succeeded${when}.`;
      case 'TimedOut':
        return `It timed out${when}: ${said(failure)}${this.#underWay()} Give the flow a longer Timeout, or look in the history for the state that took long.${redrive('RedriveExecution continues it.')}`;
      case 'Stopped':
        return `It was stopped${when}: ${said(failure)}${this.#underWay()}${redrive('RedriveExecution continues it.')}`;
      case 'Failed':
        return `It failed${when}${this.#where(view.definition)}: ${said(failure)}${this.#paths()} ${advice(failure.error)}${redrive('RedriveExecution repeats the state that failed; a change of the definition holds for new executions only.')}`;
    }
  }

  /** For an execution whose run in memory is not known: an Express one. */
  #running(): string {
    if (this.#last === null) return 'It is running.';
    const { event, stepName } = this.#last;
    const of = stepName === '' ? '' : ` of state ${stepName}`;
    return `It is running; its last event is ${event.type}${of}, ${event.id}, at ${formatTime(event.timeMs)}.`;
  }

  #underWay(): string {
    const states = [...new Set(this.#aborted)].slice(0, STATES_MAX);
    return states.length === 0 ? '' : ` Under way were the states ${states.join(', ')}.`;
  }

  #where(definition: string): string {
    const first = this.#failures[0];
    if (first === undefined) return '';
    const { event, stepName } = first;
    const attempt = this.#attempts.get(event.thread);
    const line = lineOf(definition, stepName);
    const details = [
      ...(line === null ? [] : [`line ${line} of the definition`]),
      ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
      `event ${event.id}`,
    ];
    return ` in state ${stepName} (${details.join(', ')})`;
  }

  #paths(): string {
    if (this.#warnings.length === 0) return '';
    const shown = [...new Set(this.#warnings)].slice(-WARNINGS_SHOWN);
    return ` On the way: ${shown.map((warning) => beginning(warning, WARNING_UNITS)).join('; ')}.`;
  }
}

const WARNINGS_MAX = 100;
const WARNINGS_SHOWN = 5;
const WARNING_UNITS = 400;
const STATES_MAX = 10;
const CAUSE_UNITS = 1_000;

/** The state and the place ahead, because the end may be cut. */
function warningText({ path, message }: Warning, state: string): string {
  const where = [...(state === '' ? [] : [`in state ${state}`]), ...(path === '' ? [] : [`at ${path}`])];
  return where.length === 0 ? message : `${where.join(' ')}, ${message}`;
}

function said({ error, cause }: { readonly error: string; readonly cause: string }): string {
  const text = `${error}${cause === '' ? '' : `: ${beginning(cause, CAUSE_UNITS)}`}`;
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function advice(error: string): string {
  if (error === 'FnF.EventLimitExceeded') return 'Look for a loop in the flow, or divide the work among executions.';
  if (error === 'FnF.DataLimitExceeded')
    return 'Pass less data from state to state, or raise the limit that the cause names.';
  if (error === 'FnF.TaskTimeout') return 'Check the called service, or give the task a longer Timeout.';
  return 'Correct the cause.';
}

/** The line on which the only state of this name has it; null when there is none or more than one. */
function lineOf(definition: string, name: string): number | null {
  const found: number[] = [];
  for (const [i, line] of definition.split('\n').entries()) {
    const named = /(?:^|[\s{,"'-])["']?[Nn]ame["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|([^,}#]+))/.exec(line);
    if (named !== null && (named[1] ?? named[2] ?? named[3] ?? '').trim() === name) found.push(i + 1);
  }
  return found.length === 1 ? (found[0] ?? null) : null;
}
