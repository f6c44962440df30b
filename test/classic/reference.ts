/**
 * The classic language by its documentation, as simple as possible: steps, scopes, mappings, conditions and errors, one after the
 * other, without time, events or a plan. Tests compare the engines with it, so it shares no code with them.
 */
import { isDeepStrictEqual } from 'node:util';

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Values = { [key: string]: Value };

export interface Mapping {
  readonly target: string;
  readonly source: Value;
}
export interface Branch {
  readonly condition?: string;
  readonly steps?: readonly Step[];
  readonly goto?: string;
}
export interface Step {
  readonly type: string;
  readonly name: string;
  readonly inputMappings?: readonly Mapping[];
  readonly outputMappings?: readonly Mapping[];
  readonly errorMappings?: readonly Mapping[];
  readonly end?: boolean;
  readonly choices?: readonly Branch[];
  readonly default?: Branch;
  readonly branches?: readonly { readonly steps: readonly Step[] }[];
  readonly iterationMapping?: { readonly collection: string; readonly item: string; readonly index?: string };
  readonly steps?: readonly Step[];
  readonly error?: string;
  readonly retry?: readonly { readonly errors: readonly string[]; readonly maxAttempts: number }[];
  readonly catch?: readonly { readonly errors: readonly string[]; readonly goto: string }[];
}
export interface Flow {
  readonly inputMappings?: readonly Mapping[];
  readonly outputMappings?: readonly Mapping[];
  readonly steps: readonly Step[];
}

/** The answers to each task, results or errors. The last one is repeated. */
export type Answers = Readonly<Record<string, readonly ({ result: Value } | { error: string })[]>>;

/** The failure of a step. */
export class StepError extends Error {
  readonly error: string;
  /** True when it comes from branches or iterations, of which another may have failed first. */
  readonly raced: boolean;

  constructor(error: string, cause = '', raced = false) {
    super(cause);
    this.error = error;
    this.raced = raced;
  }
}

/** A value is too large for this reference, which has no limits. */
export class TooLarge extends Error {}

const BYTES_MAX = 60_000;

interface Scope {
  readonly input: Value;
  readonly local: Value;
  readonly step: string;
}

export class Reference {
  readonly #answers: Answers;
  readonly #calls = new Map<string, number>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** The output of the flow. @throws {StepError} {TooLarge} */
  run(flow: Flow, input: Values): Values {
    const own = flow.inputMappings === undefined ? input : map(flow.inputMappings, { input, local: {}, step: '' });
    const local = this.#runSteps(flow.steps, own);
    return flow.outputMappings === undefined ? local : map(flow.outputMappings, { input: own, local, step: '' });
  }

  /** The local at the end of the list. */
  #runSteps(list: readonly Step[], scopeInput: Values): Values {
    let scopeLocal: Values = {};
    for (let i = 0; i < list.length; ) {
      const step = list[i] as Step;
      const scope = { input: scopeInput, local: scopeLocal, step: step.name };
      const input =
        step.inputMappings === undefined ? { ...scopeInput, ...scopeLocal } : map(step.inputMappings, scope);
      const { output, goto } = this.#take(step, bounded(input));
      scopeLocal = bounded({ ...scopeLocal, ...bounded(output) });
      if (goto === undefined && (step.type === 'succeed' || step.end === true)) return scopeLocal;
      i = goto === undefined ? i + 1 : list.findIndex(({ name }) => name === goto);
    }
    return scopeLocal;
  }

  #take(step: Step, input: Values): { output: Values; goto?: string | undefined } {
    for (const left = step.retry?.map((rule) => rule.maxAttempts) ?? []; ; ) {
      try {
        const { local, goto } = this.#work(step, input);
        return { output: outputOf(step, input, local), goto };
      } catch (error) {
        if (!(error instanceof StepError)) throw error;
        const rule = step.retry?.findIndex(({ errors }) => names(errors, error)) ?? -1;
        if (rule >= 0 && (left[rule] as number) > 0) {
          left[rule] = (left[rule] as number) - 1;
          continue;
        }
        const caught = step.catch?.find(({ errors }) => names(errors, error));
        if (caught === undefined) throw error;
        const local = { error: error.error, cause: error.message };
        return { output: map(step.errorMappings ?? [], { input, local, step: step.name }), goto: caught.goto };
      }
    }
  }

  /** The raw result of a step. */
  #work(step: Step, input: Values): { local: Value; goto?: string | undefined } {
    switch (step.type) {
      case 'task':
        return { local: this.#call(step.name) };
      case 'choice': {
        const branch = step.choices?.find(({ condition }) => holds(condition as string, input)) ?? step.default;
        return { local: this.#runSteps(branch?.steps ?? [], input), goto: branch?.goto };
      }
      case 'parallel':
        return { local: this.#each(step.branches ?? [], ({ steps }) => [steps, input]) };
      case 'foreach': {
        const { collection, item, index } = step.iterationMapping as NonNullable<Step['iterationMapping']>;
        const items = path(input, collection.slice(1));
        if (!Array.isArray(items)) throw new StepError('FnF.RuntimeError');
        const iteration = (value: Value, at: number): [readonly Step[], Values] => {
          return [step.steps ?? [], { ...input, [item]: value, ...(index !== undefined && { [index]: at }) }];
        };
        return { local: this.#each(items, iteration) };
      }
      case 'fail':
        throw new StepError(step.error ?? 'FnF.Fail');
      default:
        return { local: {} };
    }
  }

  #each<T>(list: readonly T[], branch: (one: T, at: number) => readonly [readonly Step[], Values]): Value[] {
    return list.map((one, at) => {
      try {
        return this.#runSteps(...branch(one, at));
      } catch (error) {
        throw error instanceof StepError ? new StepError(error.error, error.message, true) : error;
      }
    });
  }

  #call(name: string): Value {
    const answers = this.#answers[name] ?? [];
    const call = this.#calls.get(name) ?? 0;
    this.#calls.set(name, call + 1);
    const answer = answers[Math.min(call, answers.length - 1)] as (typeof answers)[number];
    if ('error' in answer) throw new StepError(answer.error, `cause of ${answer.error}`);
    return answer.result;
  }
}

/** The message of the engine, which errorMappings can read. */
const NO_OBJECT = 'The result of the step is not a JSON object; outputMappings can make one of it.';

function outputOf(step: Step, input: Values, local: Value): Values {
  if (step.outputMappings !== undefined) return map(step.outputMappings, { input, local, step: step.name });
  if (step.type === 'parallel' || step.type === 'foreach') return {};
  if (typeof local !== 'object' || local === null || Array.isArray(local)) {
    throw new StepError('FnF.InvalidLocal', NO_OBJECT);
  }
  return local;
}

function names(errors: readonly string[], { error }: StepError): boolean {
  return errors.includes(error) || errors.includes('FnF.ALL');
}

function map(mappings: readonly Mapping[], scope: Scope): Values {
  return Object.fromEntries(mappings.map(({ target, source }) => [target, valueOf(source, scope)]));
}

function valueOf(source: Value, { input, local, step }: Scope): Value {
  const text = typeof source === 'string' ? source : '';
  const [, name, rest] = /^\$(input|local|context\.step\.name)(.*)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined) return source;
  if (name === 'context.step.name') return step;
  return path(name === 'input' ? input : local, rest);
}

/** `.name`, `[n]` and `[*]`. After `[*]`, each item of the list follows the rest of the path. */
function path(start: Value, text: string): Value {
  const [before = '', ...wild] = text.split('[*]');
  const first = follow(start, before);
  if (wild.length === 0) return first ?? null;
  return wild.reduce<Value[]>(
    (items, rest, at) => {
      const found = items.map((item) => follow(item, rest)).filter((item) => item !== undefined);
      return at === wild.length - 1 ? found : found.flatMap((item) => (Array.isArray(item) ? item : []));
    },
    Array.isArray(first) ? first : [],
  );
}

function follow(start: Value | undefined, text: string): Value | undefined {
  let value = start;
  for (const [, name, index] of text.matchAll(/\.(\w+)|\[(-?\d+)\]/g)) {
    if (index !== undefined) value = Array.isArray(value) ? value.at(Number(index)) : undefined;
    else if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    else value = Object.hasOwn(value, name as string) ? value[name as string] : undefined;
  }
  return value;
}

/** `!`, `&&` and `||` of comparisons and paths, without parentheses. */
function holds(condition: string, input: Values): boolean {
  return condition.split(' || ').some((part) => part.split(' && ').every((one) => isMet(one, input)));
}

function isMet(text: string, input: Values): boolean {
  if (text.startsWith('!')) return !isMet(text.slice(1), input);
  const [left, operator, right] = text.split(' ') as [string, string | undefined, string];
  const a = operand(left, input);
  if (operator === undefined) return truth(a) === true;
  const b = operand(right, input);
  switch (operator) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case 'in':
      return Array.isArray(b)
        ? b.some((item) => equal(a, item))
        : isMap(b) && Object.keys(b).some((key) => equal(a, key));
    default:
      return inOrder(a, operator, b);
  }
}

function operand(text: string, input: Values): Value {
  return text.startsWith('$') ? path(input, text.slice(1)) : (JSON.parse(text) as Value);
}

function isMap(value: Value): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function equal(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) return left === right;
  const [is, other] = [truth(a), truth(b)];
  if (is !== undefined && other !== undefined) return is === other;
  return isDeepStrictEqual(a, b);
}

function inOrder(a: Value, operator: string, b: Value): boolean {
  if (a === null || b === null) return false;
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) return operator === '<' ? left < right : left >= right;
  const [one, other] = [print(a), print(b)];
  return operator === '<' ? one < other : one >= other;
}

function print(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function numeric(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

function truth(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  if (typeof value === 'number') return value !== 0;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

function bounded(value: Values): Values {
  if (JSON.stringify(value).length > BYTES_MAX) throw new TooLarge();
  return value;
}
