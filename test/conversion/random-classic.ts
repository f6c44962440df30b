/**
 * Random classic flows: all types of steps, mappings that mix input, local and constants, steps inside choices that share keys
 * with the steps around them, jumps forward, and jumps back that a task ends.
 */
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { Draw } from '../support/random-flow.ts';

const KEYS = ['a', 'b', 'c', 'l'];
const CONSTANTS: readonly JsonValue[] = [1, 'x', '', true, {}, { 'p.$': '$input.a' }, [1, 2], { b: { a: 3 } }, null];
const FUNCTION = 'acs:fc:::services/s/functions/';

export class RandomClassic {
  readonly #draw: Draw;
  readonly input: JsonObject;
  /** Tasks outside parallel and foreach. */
  readonly topTasks = new Set<string>();
  /** True if errorMappings pass an error to the flow. */
  looksAtErrors = false;
  #steps = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.input = {
      a: this.#pick([1, 'x', 2]),
      b: { a: this.#pick([1, 'y']) },
      l: this.#pick<JsonValue>([[1, 2], [], [{ a: 1 }, { a: 2 }]]),
    };
  }

  flow(): JsonObject {
    return {
      version: 'v1',
      type: 'flow',
      ...(this.#sometimes(4) ? { inputMappings: this.#mappings(['$input', '$input.a', '$input.l']) } : {}),
      steps: this.#list(0, true),
      ...(this.#sometimes(3) ? { outputMappings: this.#mappings(this.#parentSources()) } : {}),
    };
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#draw(from.length)] as T;
  }

  #sometimes(oneIn: number): boolean {
    return this.#draw(oneIn) === oneIn - 1;
  }

  #list(depth: number, top: boolean): JsonValue[] {
    const names = Array.from({ length: 1 + this.#draw(5 - depth) }, () => `s${this.#steps++}`);
    return names.map((name, i) => this.#step(name, names.slice(i + 1), names.slice(0, i), depth, top));
  }

  #step(name: string, later: readonly string[], before: readonly string[], depth: number, top: boolean): JsonObject {
    const common = { name, ...(this.#sometimes(3) ? { inputMappings: this.#mappings(this.#parentSources()) } : {}) };
    const end = this.#sometimes(12) ? { end: true } : {};
    switch (this.#draw(depth > 2 || this.#steps > 20 ? 6 : 10)) {
      case 0:
      case 1:
        return { type: 'pass', ...common, ...this.#outputs(['$input', ...this.#keysOf('$input')]), ...end };
      case 2:
      case 3:
        return this.#task(name, common, later, top, end);
      case 4:
        return this.#sometimes(3)
          ? {
              type: 'wait',
              ...common,
              duration: this.#pick([0, 5, 700]),
              ...this.#outputs(this.#keysOf('$input')),
              ...end,
            }
          : this.#choice(common, later, before, depth, top, false);
      case 5:
        return this.#last(common, top);
      case 6:
      case 7:
        return this.#choice(common, later, before, depth, top, true);
      case 8:
        return {
          type: 'parallel',
          ...common,
          branches: Array.from({ length: 1 + this.#draw(3) }, () => ({ steps: this.#list(depth + 1, false) })),
          ...this.#outputs(['$local', '$local[*].a', '$local[0]', '$local[1].b', '$input', ...this.#keysOf('$input')]),
          ...end,
        };
      default:
        return {
          type: 'foreach',
          ...common,
          iterationMapping: {
            collection: this.#pick(['$.l', '$.l', '$.l', '$.b']),
            item: this.#pick(['a', 'i']),
            ...(this.#sometimes(2) ? { index: 'c' } : {}),
          },
          steps: this.#list(depth + 1, false),
          ...this.#outputs([
            '$local',
            '$local[*].a',
            '$local[*].b',
            '$local[0].c',
            '$input',
            ...this.#keysOf('$input'),
          ]),
          ...end,
        };
    }
  }

  #last(common: JsonObject, top: boolean): JsonObject {
    if (this.#sometimes(4))
      return { type: 'fail', ...common, error: top ? this.#pick(['Busy', 'Other']) : 'Busy', cause: 'as drawn' };
    if (this.#sometimes(3)) return { type: 'succeed', ...common, ...this.#outputs(this.#keysOf('$input')) };
    return { type: 'pass', ...common, ...this.#outputs(this.#keysOf('$input')) };
  }

  #task(name: string, common: JsonObject, later: readonly string[], top: boolean, end: JsonObject): JsonObject {
    if (top) this.topTasks.add(name);
    const errors = (): string[] => [this.#pick(['Busy', 'Broken', 'FnF.ALL'])];
    const catches = later.length > 0 && this.#sometimes(2);
    const looks = catches && this.#sometimes(2);
    if (looks) this.looksAtErrors = true;
    return {
      type: 'task',
      ...common,
      resourceArn: FUNCTION + name,
      ...(this.#sometimes(4) ? { pattern: 'waitForCallback' } : {}),
      ...this.#outputs(['$local', ...this.#keysOf('$local'), ...this.#keysOf('$input')]),
      ...(this.#sometimes(2)
        ? { retry: [{ errors: errors(), maxAttempts: this.#draw(3), multiplier: 1 + this.#draw(2) }] }
        : {}),
      ...(catches ? { catch: [{ errors: errors(), goto: this.#pick(later) }] } : {}),
      ...(looks
        ? {
            errorMappings: [
              { target: this.#pick(KEYS), source: this.#pick(['$local.error', '$local.cause', '$local', 'x']) },
            ],
          }
        : {}),
      ...end,
    };
  }

  #choice(
    common: JsonObject,
    later: readonly string[],
    before: readonly string[],
    depth: number,
    top: boolean,
    withSteps: boolean,
  ): JsonObject {
    const branch = (): JsonObject => ({
      ...(withSteps && !this.#sometimes(4) ? { steps: this.#list(depth + 1, top) } : {}),
      ...(later.length > 0 && this.#sometimes(3) ? { goto: this.#pick(later) } : {}),
    });
    const choices: JsonObject[] = Array.from({ length: 1 + this.#draw(2) }, () => ({
      condition: this.#condition(),
      ...branch(),
    }));
    if (top && before.length > 0 && this.#sometimes(3)) {
      choices.unshift({
        condition: '$.again == true',
        ...(withSteps && this.#sometimes(3) ? { steps: this.#list(depth + 1, top) } : {}),
        goto: this.#pick(before),
      });
    }
    return {
      type: 'choice',
      ...common,
      choices,
      ...(this.#sometimes(3) ? { default: branch() } : {}),
      ...this.#outputs(['$local', ...this.#keysOf('$local'), ...this.#keysOf('$input')]),
      ...(this.#sometimes(12) ? { end: true } : {}),
    };
  }

  #condition(): string {
    const left = this.#pick(['$.a', '$.b.a', '$.c', '$.missing', '$.l[0]', '$']);
    const literal = this.#pick(['1', '"x"', 'true', '2', '""']);
    const simple = `${left} ${this.#pick(['==', '!=', '<', '>='])} ${literal}`;
    return this.#pick([simple, simple, `${simple} || $.a == $.c`, `!(${simple}) && $.again`]);
  }

  #outputs(sources: readonly string[]): JsonObject {
    return this.#sometimes(2) ? { outputMappings: this.#mappings(sources) } : {};
  }

  #mappings(sources: readonly string[]): JsonValue[] {
    return Array.from({ length: this.#draw(4) }, () => ({
      target: this.#pick(KEYS),
      source: this.#sometimes(4) ? this.#pick(CONSTANTS) : this.#pick(sources),
    }));
  }

  #keysOf(variable: string): string[] {
    return KEYS.flatMap((key) => [`${variable}.${key}`, `${variable}.b.${key}`]);
  }

  #parentSources(): string[] {
    return [
      '$input',
      '$local',
      '$local',
      ...this.#keysOf('$input'),
      ...this.#keysOf('$local'),
      '$.a',
      '$context.execution.name',
    ];
  }
}
