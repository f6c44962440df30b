/**
 * Classic flows from a tape of numbers, with their input and the answers to their tasks. The same tape gives the same flow, a
 * shorter tape a simpler one. Every flow ends: goto leads forward, and a task decides how often a loop runs.
 */
import type { Draw } from '../support/random-flow.ts';
import type { Answers, Branch, Flow, Mapping, Step, Value, Values } from './reference.ts';

export interface RandomFlow {
  readonly flow: Flow;
  readonly input: Values;
  readonly answers: Answers;
}

const KEYS = ['a', 'b', 'list', 'n'];
const ERRORS = ['E', 'Busy', 'FnF.Fail', 'FnF.InvalidLocal'];
const SOURCES: readonly Value[] = [
  ...['$input.a', '$local.a', '$input.list', '$local.list', '$input', '$local', '$input.b.a', '$local[0].a'],
  ...['$local[*].a', '$local[*].list[*]', '$input.list[*].a', '$input.list[-1]', '$input.list[*][0]', '$local[*]'],
  ...['$context.step.name', 'text', '$money', 5, true, null, [], [1, { a: 2 }], { a: '$input.a' }],
];
const CONDITIONS = [
  ...[
    '$.a',
    '$.a == 1',
    '$.a == "true"',
    '$.b != $.a',
    '$.n < 2',
    '$.n >= "1"',
    '$.list == $.b',
    '!$.b',
    '1 in $.list',
  ],
  ...[
    '$.a == $.a',
    '$.a in $.b',
    '$.list[0] == $.n',
    '"a" in $.b',
    '$.a == null',
    '$.b < "m"',
    '$.a && $.b',
    '!$.a || $.n',
  ],
  ...['$.it == 1', '$.it.a', '$.a == false', '$.nothing'],
];
const COLLECTIONS = ['$.list', '$.list', '$.list', '$.a', '$.list[*].list[*]'];
const DEPTH_MAX = 3;

export function randomClassicFlow(draw: Draw): RandomFlow {
  return new FlowMaker(draw).all();
}

class FlowMaker {
  readonly #draw: Draw;
  readonly #answers: Record<string, ({ result: Value } | { error: string })[]> = {};
  #names = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  all(): RandomFlow {
    const steps = this.#steps(0);
    const flow = { ...this.#optional('inputMappings', 6), ...this.#optional('outputMappings', 4), steps };
    // No step has run when the input of the flow is built, so there is no local.
    const inputMappings = flow.inputMappings?.filter(({ source }) => !String(source).startsWith('$local'));
    const input = { ...this.#values(), list: this.#list() };
    const own = inputMappings === undefined ? {} : { inputMappings };
    return { flow: { ...flow, ...own }, input, answers: this.#answers };
  }

  #steps(depth: number): Step[] {
    const names = Array.from({ length: 1 + this.#draw(depth === 0 ? 6 : 3) }, () => `s${++this.#names}`);
    const steps = names.map((name, i) => this.#step(name, names.slice(i + 1), depth));
    return depth === 0 && this.#sometimes(3) ? [...steps, ...this.#loop()] : steps;
  }

  /** A loop that runs until its task says no. */
  #loop(): Step[] {
    const [ask, again] = [`s${++this.#names}`, `s${++this.#names}`];
    const more = (value: boolean): { result: Value } => ({ result: { more: value, ...this.#values() } });
    this.#answers[ask] = [...Array.from({ length: this.#draw(4) }, () => more(true)), more(false)];
    const choices = [{ condition: '$.more == "true"', goto: ask }];
    return [{ ...this.#called(ask) }, this.#step(`s${++this.#names}`, [], 1), { type: 'choice', name: again, choices }];
  }

  #step(name: string, later: readonly string[], depth: number): Step {
    const moving = { ...this.#common(name), ...(this.#sometimes(12) && { end: true }) };
    switch (this.#draw(depth < DEPTH_MAX ? 10 : 5)) {
      case 0:
      case 1:
        return { ...moving, type: 'pass' };
      case 2:
      case 3:
        return this.#task({ ...moving, type: 'task' }, later);
      case 4:
        return this.#last(moving);
      case 5:
      case 6:
        return { ...moving, type: 'choice', ...this.#choices(later, depth) };
      case 7:
        return { ...moving, type: 'parallel', branches: this.#some(3, () => ({ steps: this.#steps(depth + 1) })) };
      default: {
        const index = this.#sometimes(2) ? { index: 'n' } : {};
        const iterationMapping = { collection: this.#pick(COLLECTIONS), item: 'it', ...index };
        return { ...moving, type: 'foreach', iterationMapping, steps: this.#steps(depth + 1) };
      }
    }
  }

  #last(moving: Omit<Step, 'type'>): Step {
    if (this.#sometimes(2)) return { ...moving, type: 'wait', ...({ duration: this.#draw(3) } as object) };
    const { end: _end, ...still } = moving;
    return this.#sometimes(2)
      ? { ...still, type: 'succeed' }
      : { type: 'fail', name: moving.name, error: this.#pick(ERRORS) };
  }

  #task(step: Step, later: readonly string[]): Step {
    const results = this.#some(1, () => ({ result: this.#sometimes(8) ? this.#value(1) : this.#values() }));
    // Several branches may call the task at the same time, so it has one answer.
    this.#answers[step.name] = this.#sometimes(3) ? [{ error: this.#pick(ERRORS) }] : results;
    const errors = (): string[] => [this.#pick([...ERRORS, 'FnF.ALL'])];
    const rule = { errors: errors(), maxAttempts: this.#draw(3), ...({ intervalSeconds: 1 } as object) };
    const goto = this.#pick(later);
    return {
      ...this.#called(step.name),
      ...step,
      ...(this.#sometimes(3) && { retry: [rule] }),
      ...(later.length > 0 && this.#sometimes(2) && { catch: [{ errors: errors(), goto }], ...this.#errorMappings() }),
    };
  }

  #called(name: string): Step {
    return { type: 'task', name, ...({ resourceArn: 'acs:fc:::services/s/functions/f' } as object) };
  }

  #errorMappings(): Pick<Step, 'errorMappings'> {
    if (!this.#sometimes(2)) return {};
    return {
      errorMappings: [
        { target: 'a', source: '$local.error' },
        { target: 'b', source: '$local.cause' },
      ],
    };
  }

  #choices(later: readonly string[], depth: number): Pick<Step, 'choices' | 'default'> {
    const branch = (): Branch => ({
      ...(this.#sometimes(2) && { steps: this.#steps(depth + 1) }),
      ...(later.length > 0 && this.#sometimes(3) && { goto: this.#pick(later) }),
    });
    const choices = this.#some(2, () => ({ condition: this.#pick(CONDITIONS), ...branch() }));
    return this.#sometimes(2) ? { choices, default: branch() } : { choices };
  }

  #common(name: string): Omit<Step, 'type'> {
    return { name, ...this.#optional('inputMappings', 3), ...this.#optional('outputMappings', 2) };
  }

  #optional<K extends string>(key: K, of: number): { [key in K]?: Mapping[] } {
    if (!this.#sometimes(of)) return {};
    const targets = KEYS.filter(() => this.#sometimes(2));
    const mappings = targets.map((target) => ({ target, source: this.#pick(SOURCES) }));
    return { [key]: mappings } as { [name in K]?: Mapping[] };
  }

  #values(): Values {
    return Object.fromEntries(KEYS.filter(() => this.#sometimes(2)).map((key) => [key, this.#value(0)]));
  }

  #list(): Value[] {
    return this.#some(3, () => this.#value(1));
  }

  #value(depth: number): Value {
    const scalars: readonly Value[] = [null, true, false, 0, 1, 2, -1, 'true', 'x', '1', ''];
    if (depth > 2 || this.#sometimes(2)) return this.#pick(scalars);
    if (this.#sometimes(2)) return this.#some(2, () => this.#value(depth + 1));
    return Object.fromEntries(KEYS.filter(() => this.#sometimes(3)).map((key) => [key, this.#value(depth + 1)]));
  }

  #some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.#draw(most) }, make);
  }

  /** True once in `of` times; false at the end of the tape. */
  #sometimes(of: number): boolean {
    return this.#draw(of) === of - 1;
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#draw(Math.max(1, from.length))] as T;
  }
}
