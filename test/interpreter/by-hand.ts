/** An execution whose inputs come from a test one by one, with the events that it recorded. */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/base/json.ts';
import { decide } from '../../src/interpreter/decide.ts';
import type { Input } from '../../src/interpreter/input.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import { Execution } from '../../src/interpreter/execution.ts';
import type { Command } from '../../src/interpreter/commands.ts';
import type { ExecutionLimits, ExecutionStart } from '../../src/interpreter/execution.ts';
import { fold } from '../../src/interpreter/fold.ts';
import { eventsToUndo } from '../../src/interpreter/redrive.ts';
import type { Plan } from '../../src/language/plan.ts';
import { LIMITS, planOf } from '../support/flows.ts';
import { Journal } from '../support/journal.ts';
import { tokenOf } from '../support/rebuilt-run.ts';

/** An execution driven by hand, one input after the other. */
export class ByHand {
  execution: Execution;
  nowMs = 1_000;
  random = (): number => 0.5;
  readonly plan: Plan;
  readonly start: ExecutionStart;
  readonly limits: ExecutionLimits;
  readonly #journal = new Journal();

  constructor(
    definition: JsonObject | string,
    input: JsonObject = {},
    limits: Partial<ExecutionLimits> = {},
    more: { readonly start?: Partial<ExecutionStart>; readonly mode?: 'Express' | 'Standard' } = {},
  ) {
    this.plan = planOf(definition, more.mode);
    this.start = { name: 'e', flowName: 'f', input, roleArn: '', environment: {}, longestSeconds: 300, ...more.start };
    this.limits = { ...LIMITS, waitSeconds: 20, ...limits };
    this.execution = new Execution(this.plan, this.start, this.limits);
    this.take({ kind: 'start' });
  }

  get events(): ExecutionEvent[] {
    return this.#journal.events;
  }

  take(input: Input, budgetUnits?: number): this {
    const moment = { nowMs: this.nowMs, random: this.random, taskToken: tokenOf };
    decide(this.execution, input, moment, (event) => void this.events.push(event), budgetUnits);
    return this;
  }

  /** Takes the input and continues until every thread waits. After each event the execution is folded anew from its journal. */
  takeRebuilt(input: Input): this {
    this.take(input, 0);
    this.execution = this.#journal.rebuilt(this.execution);
    while (this.execution.canContinue) {
      this.take({ kind: 'continue' }, 0);
      this.execution = this.#journal.rebuilt(this.execution);
    }
    return this;
  }

  /** The most events of one of the next decisions, each with the budget of the product. */
  longestDecision(decisions: number): number {
    let longest = 0;
    for (let i = 0; i < decisions && this.execution.canContinue; i++) {
      const before = this.events.length;
      this.take({ kind: 'continue' });
      longest = Math.max(longest, this.events.length - before);
    }
    return longest;
  }

  /** Continues after an end without success. */
  redrive(): this {
    const undone = eventsToUndo(this.events);
    this.execution = fold(this.plan, this.start, this.limits, this.events, undone);
    return this.takeRebuilt({ kind: 'redrive', undone });
  }

  /** The command that a state waits for. */
  command(state: string): Command {
    const found = [...this.execution.commands.values()].find(
      ({ thread }) => this.execution.threads.get(thread)?.state.name === state,
    );
    assert.ok(found !== undefined, `nothing is under way in ${state}`);
    return found;
  }

  /** `id cause type state value` a line; the state by its name. */
  get lines(): string[] {
    return this.events.map(({ id, cause, type, state, value, next, facts }) => {
      const name = state === -1 ? '' : ` ${this.execution.plan.states[state]?.name}`;
      const failure = facts?.failure === undefined ? '' : ` !${facts.failure.error}`;
      const retry = facts?.retry === undefined ? '' : ` retry ${facts.retry.seconds}s`;
      const index = facts?.index === undefined ? '' : ` #${facts.index}`;
      const to = next === -1 ? '' : ` → ${this.execution.plan.states[next]?.name}`;
      return `${id} ${cause} ${type}${name}${index}${failure}${retry}${value === null ? '' : ` ${JSON.stringify(value)}`}${to}`;
    });
  }
}
