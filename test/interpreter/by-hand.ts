/** An execution whose inputs a test gives one by one, and what it has recorded. */
import type { JsonObject } from '../../src/base/json.ts';
import { decide } from '../../src/interpreter/decide.ts';
import type { Input } from '../../src/interpreter/input.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import { Execution } from '../../src/interpreter/execution.ts';
import { LIMITS, planOf } from '../support/flows.ts';

/** An execution driven by hand, one input after the other. */
export class ByHand {
  readonly events: ExecutionEvent[] = [];
  readonly execution: Execution;
  nowMs = 1_000;

  constructor(definition: JsonObject, input: JsonObject = {}, limits: Partial<typeof LIMITS> = {}) {
    const start = { name: 'e', input, roleArn: '', environment: {}, longestSeconds: 300 };
    this.execution = new Execution(planOf(definition), start, { ...LIMITS, ...limits, waitSeconds: 20 });
    this.take({ kind: 'start' });
  }

  take(input: Input): this {
    decide(this.execution, input, { nowMs: this.nowMs, random: () => 0.5 }, (event) => void this.events.push(event));
    return this;
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
