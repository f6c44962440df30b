/**
 * Standard flows from a seed: a random flow of test/support/random-flow.ts with task modes, timeouts, services, long waits, and
 * children.
 *
 * The output of a `sequential` flow depends only on the answers of its tasks, not on their times: it has no timeout and never
 * does two things at the same time. It can be compared with the output of the express runtime.
 */
import { parseJson } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { randomFlow } from '../support/random-flow.ts';
import type { Random } from './random.ts';

export interface FlowOptions {
  readonly sequential: boolean;
  /** Flows that it may start. */
  readonly children: readonly string[];
}

export interface StandardFlow {
  readonly definition: JsonObject;
  /** The same as an Express flow, whose tasks wait for no callback; null unless it is sequential. */
  readonly express: JsonObject | null;
}

/** Longest literal Wait of a Standard flow, seconds (rules.md 7.6). */
const WAIT_SECONDS = 300;
const EXPRESS_WAIT_SECONDS = 20;

export function standardFlow(random: Random, options: FlowOptions): StandardFlow {
  const base = randomFlow(random.below);
  const definition = new FlowMaker(random, options).flow(base);
  return { definition, express: options.sequential ? expressOf(definition) : null };
}

class FlowMaker {
  readonly #random: Random;
  readonly #options: FlowOptions;
  /** True when the flow has a timeout. A service may lose answers only if a timeout ends the task or the flow. */
  #flowEnds = false;
  /** The share of states without constructors. Random expressions often fail, and a flow that fails at once shows little. */
  readonly #plain: number;

  constructor(random: Random, options: FlowOptions) {
    this.#random = random;
    this.#options = options;
    this.#plain = random.pick([0, 0.6, 0.95]);
  }

  flow(base: JsonObject): JsonObject {
    const { Timeout: timeout, ...rest } = base;
    const random = this.#random;
    let limit: JsonObject = {};
    if (!this.#options.sequential && (timeout !== undefined || random.chance(0.2))) {
      limit = { Timeout: random.pick([5, 60, 600, 86_400]) };
      this.#flowEnds = true;
    }
    return { ...rest, ...limit, States: this.#states(rest['States'] as JsonValue[]) };
  }

  #states(states: readonly JsonValue[]): JsonValue[] {
    return states.map((state) => {
      const plain = this.#random.chance(this.#plain);
      return this.#state(plain ? withoutConstructors(state as JsonObject) : (state as JsonObject));
    });
  }

  #scope(scope: JsonObject): JsonObject {
    return { ...scope, States: this.#states(scope['States'] as JsonValue[]) };
  }

  #state(state: JsonObject): JsonObject {
    switch (state['Type']) {
      case 'Task':
        return this.#task(state);
      case 'Wait':
        return this.#wait(state);
      case 'Map':
        return {
          ...state,
          ...(this.#options.sequential ? { MaxConcurrency: 1 } : {}),
          Processor: this.#scope(state['Processor'] as JsonObject),
        };
      case 'Parallel': {
        const branches = state['Branches'] as JsonObject[];
        const used = this.#options.sequential ? branches.slice(0, 1) : branches;
        return { ...state, Branches: used.map((branch) => this.#scope(branch)) };
      }
      default:
        return state;
    }
  }

  #wait(state: JsonObject): JsonObject {
    const random = this.#random;
    if (this.#options.sequential) {
      const { 'Seconds.$': _, ...rest } = state;
      return { ...rest, Seconds: random.between(1, EXPRESS_WAIT_SECONDS) };
    }
    if (state['Seconds'] === undefined || random.chance(0.5)) return state;
    return { ...state, Seconds: random.pick([5, 59, 61, WAIT_SECONDS]) };
  }

  #task(state: JsonObject): JsonObject {
    const random = this.#random;
    const { Timeout: timeout, 'Timeout.$': computed, Parameters: parameters, ...rest } = state;
    const { 'body.$': body } = parameters as { readonly 'body.$': JsonValue };
    let limit: JsonObject = {};
    if (!this.#options.sequential) {
      if (computed !== undefined) limit = { 'Timeout.$': computed };
      else if (timeout !== undefined || random.chance(0.3)) limit = { Timeout: random.pick([0, 1, 5, 90, 1_000]) };
    }
    const ends = this.#flowEnds || (typeof limit['Timeout'] === 'number' && limit['Timeout'] > 0);
    return { ...rest, ...limit, ...this.#call(state, body, ends) };
  }

  /** Action, mode and parameters. The name of the service says which faults it has: `lossy` loses answers, `steady` has none. */
  #call(state: JsonObject, body: JsonValue, ends: boolean): JsonObject {
    const random = this.#random;
    const service = this.#options.sequential ? 'steady' : ends ? 'lossy' : 'sure';
    const headers = { 'retry.$': '$Context.Current.RetryCount' };
    const http = { url: `http://${service}.invalid/`, method: 'POST', headers, 'body.$': body };
    const resourceArn = `acs:fc:::functions/${service}/LATEST`;
    const fc = { resourceArn, invocationType: 'Sync', 'body.$': body };
    const { children, sequential } = this.#options;
    // Each execution has other tokens, so an output with a token cannot be compared.
    const comparable = sequential && /\$Context(?!\.)|TaskToken/.test(JSON.stringify(state));
    switch (comparable ? 0 : random.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return { Action: 'HTTP:Request', Parameters: http };
      case 4:
      case 5:
        return { Action: 'HTTP:Request', TaskMode: 'WaitForCustomCallback', Parameters: http };
      case 6:
        return {
          Action: 'FC:InvokeFunction',
          TaskMode: 'WaitForCustomCallback',
          Parameters: { resourceArn, body: { ...headers, 'token.$': '$Context.Current.TaskToken' } },
        };
      case 7:
        return {
          Action: 'FC:InvokeFunction',
          TaskMode: 'WaitForSystemCallback',
          Parameters: { ...fc, invocationType: 'Async' },
        };
      case 8:
        return { Action: 'FC:InvokeFunction', Parameters: fc };
      default:
        if (sequential || children.length === 0) return { Action: 'HTTP:Request', Parameters: http };
        return {
          Action: 'FNF:StartExecution',
          TaskMode: random.pick(['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback']),
          Parameters: {
            resourceArn: `acs:fnf:::flow/${random.pick(children)}`,
            input: { 'body.$': body, 'token.$': '$Context.Current.TaskToken' },
          },
        };
    }
  }
}

/** Removes the constructors, except the counters of loops. */
function withoutConstructors(state: JsonObject): JsonObject {
  const { InputConstructor: _input, OutputConstructor: _output, ItemConstructor: _item, ...rest } = state;
  const { ItemsPath: items, Parameters: parameters, ...more } = rest;
  const literal = typeof items === 'string' && items.startsWith('[') ? items : '[1, {"a": 2}]';
  return {
    ...more,
    ...(items === undefined ? {} : { ItemsPath: literal }),
    ...(parameters === undefined ? {} : { Parameters: { ...(parameters as JsonObject), 'body.$': '$Input' } }),
  };
}

/** Removes the task modes, which Express flows do not have. */
function expressOf(value: JsonObject): JsonObject {
  return parseJson(
    JSON.stringify(value, (key, member: unknown) => (key === 'TaskMode' ? undefined : member)),
  ) as JsonObject;
}
