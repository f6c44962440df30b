/**
 * Random definitions in Amazon States Language. Their data always has the members that their paths name, because a path to a
 * missing value is an intended difference of the languages.
 */
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { Draw } from '../support/random-flow.ts';

const NUMBERS = [0, 1, 2, 3, 10, -1];
const TEXTS = ['x', 'yes', '', 'a*b', '5', 'true'];
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:';

/** The members of every state's data: `{n, s, l, o: {n, s, l}}`, besides others that no path reads. */
const NUMBER_PATHS = ['$.n', '$.o.n', '$.l[0]', "$['n']"];
const TEXT_PATHS = ['$.s', '$.o.s', "$.o['s']"];
const ANY_PATHS = [...NUMBER_PATHS, ...TEXT_PATHS, '$.l', '$.o', '$'];

export class RandomMachine {
  readonly #draw: Draw;
  readonly tasks: string[] = [];
  /** States outside Parallel and Map. */
  readonly topTasks = new Set<string>();
  readonly waits: string[] = [];
  /** States with a Retry. */
  readonly retried: string[] = [];
  readonly input: JsonObject;
  #states = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.input = { ...this.#data(), o: this.#data() };
  }

  machine(): JsonObject {
    return { Comment: 'random', ...this.#scope(0) };
  }

  #data(): JsonObject {
    return { n: this.#pick(NUMBERS), s: this.#pick(TEXTS), l: [this.#pick(NUMBERS), this.#pick(NUMBERS)] };
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#draw(from.length)] as T;
  }

  #sometimes(oneIn: number): boolean {
    return this.#draw(oneIn) === oneIn - 1;
  }

  #scope(depth: number): JsonObject {
    const names = Array.from({ length: 1 + this.#draw(5 - depth) }, () => `S${this.#states++}`);
    const states: Record<string, JsonValue> = {};
    for (const [i, name] of names.entries()) states[name] = this.#state(name, names.slice(i + 1), depth);
    return { StartAt: names[0] as string, States: states };
  }

  #state(name: string, later: readonly string[], depth: number): JsonObject {
    const next = later.length === 0 ? { End: true } : { Next: this.#pick(later) };
    switch (this.#draw(depth > 1 ? 7 : 10)) {
      case 0:
      case 1:
        return { Type: 'Pass', ...this.#pass(), ...next };
      case 2:
      case 3:
        return this.#task(name, next, later, depth);
      case 4:
        return later.length === 0
          ? { Type: 'Succeed', ...(this.#sometimes(3) ? { OutputPath: this.#pick(['$.o', '$.l', '$']) } : {}) }
          : this.#choice(later, depth);
      case 5:
        return this.#sometimes(3)
          ? { Type: 'Fail', Error: depth === 0 ? this.#pick(['Broken', 'Busy']) : 'Busy', Cause: 'as drawn' }
          : { Type: 'Pass', ...next };
      case 6:
        this.waits.push(name);
        return { Type: 'Wait', Seconds: this.#draw(5), ...next };
      case 7:
        return {
          Type: 'Parallel',
          ...(this.#sometimes(2) ? { Parameters: this.#whole() } : {}),
          Branches: Array.from({ length: 1 + this.#draw(3) }, () => this.#scope(depth + 1)),
          ResultPath: this.#pick(['$.p', '$.extra.deep', null]),
          ...this.#recovery(name, later),
          ...next,
        };
      default:
        return this.#map(name, next, later, depth);
    }
  }

  #map(name: string, next: JsonObject, later: readonly string[], depth: number): JsonObject {
    const selector: JsonObject = {
      'n.$': '$$.Map.Item.Value',
      'i.$': '$$.Map.Item.Index',
      's.$': this.#pick(TEXT_PATHS),
      'l.$': '$.l',
      'o.$': '$.o',
    };
    return {
      Type: 'Map',
      ItemsPath: this.#pick(['$.l', '$.o.l']),
      [this.#pick(['ItemSelector', 'Parameters'])]: selector,
      [this.#pick(['ItemProcessor', 'Iterator'])]: this.#scope(depth + 1),
      ResultPath: this.#pick(['$.m', '$.extra.map', null]),
      ...(this.#sometimes(3) ? { MaxConcurrency: 1 + this.#draw(3) } : {}),
      ...this.#recovery(name, later),
      ...next,
    };
  }

  #pass(): JsonObject {
    switch (this.#draw(5)) {
      case 0:
        return { Result: this.#data(), ResultPath: this.#pick(['$.r', '$.o', '$.a.b']) };
      case 1:
        return {
          Parameters: { 'v.$': this.#value(0), k: this.#pick(TEXTS) },
          ResultPath: this.#pick(['$.r', '$.extra.r']),
        };
      case 2:
        return { Parameters: this.#whole() };
      case 3:
        return { InputPath: '$.o', ResultPath: this.#pick(['$.r', null]) };
      default:
        return { Result: this.#pick<JsonValue>([1, 'text', [1], true]), ResultPath: '$.r' };
    }
  }

  /** All members of the data, from other members. */
  #whole(): JsonObject {
    return {
      'n.$': this.#pick(NUMBER_PATHS),
      'l.$': this.#pick(['$.l', '$.o.l', 'States.Array($.n, 2)']),
      s: this.#pick(TEXTS),
      o: { 'n.$': this.#pick(NUMBER_PATHS), 's.$': this.#pick(TEXT_PATHS), 'l.$': '$.l' },
    };
  }

  #value(depth: number): string {
    const path = this.#pick(ANY_PATHS);
    const inner = (): string => this.#value(depth + 1);
    switch (this.#draw(depth > 2 ? 2 : 12)) {
      case 0:
      case 1:
        return path;
      case 2:
        return `States.Format('<{}> {}', ${this.#pick(ANY_PATHS.slice(0, 7))}, ${this.#pick(TEXT_PATHS)})`;
      case 3:
        return `States.JsonToString(${path})`;
      case 4:
        return `States.Array(${inner()}, 'it', 1)`;
      case 5:
        return 'States.ArrayLength($.l)';
      case 6:
        return 'States.ArrayContains($.l, $.n)';
      case 7:
        return 'States.ArrayUnique($.l)';
      case 8:
        return 'States.ArrayGetItem($.l, 1)';
      case 9:
        return `States.MathAdd(${this.#pick(NUMBER_PATHS)}, 2)`;
      case 10:
        return `States.Base64Encode(${this.#pick(['$.o.s', "'text'"])})`;
      default:
        return 'States.JsonMerge($.o, $.o, false)';
    }
  }

  #task(name: string, next: JsonObject, later: readonly string[], depth: number): JsonObject {
    this.tasks.push(name);
    if (depth === 0) this.topTasks.add(name);
    return {
      Type: 'Task',
      Resource: `${ARN}${name}`,
      ...(this.#sometimes(2) ? { Parameters: { 'v.$': this.#value(0), k: [1, { 'x.$': '$.n' }] } } : {}),
      ...(this.#sometimes(3) ? { InputPath: '$' } : {}),
      ...(this.#sometimes(2) ? { ResultSelector: { 'got.$': this.#pick(['$.n', '$.l', '$']) } } : {}),
      ResultPath: this.#pick(['$.t', '$.o.t', '$.x.y.z', null]),
      ...this.#recovery(name, later),
      ...next,
    };
  }

  #recovery(name: string, later: readonly string[]): JsonObject {
    const errors = (): string[] => [this.#pick(['Busy', 'Broken', 'States.ALL'])];
    const retries = this.#sometimes(2);
    if (retries) this.retried.push(name);
    return {
      ...(retries ? { Retry: [{ ErrorEquals: errors(), MaxAttempts: this.#draw(3), IntervalSeconds: 1 }] } : {}),
      ...(later.length > 0 && this.#sometimes(2)
        ? {
            Catch: [
              {
                ErrorEquals: errors(),
                ResultPath: this.#pick(['$.err', null, '$.extra.err']),
                Next: this.#pick(later),
              },
            ],
          }
        : {}),
    };
  }

  #choice(later: readonly string[], depth: number): JsonObject {
    return {
      Type: 'Choice',
      Choices: Array.from({ length: 1 + this.#draw(2) }, () => ({ ...this.#rule(0), Next: this.#pick(later) })),
      // The interpreters have different texts for this error, and a Catch could read them.
      ...(depth === 0 && this.#sometimes(4) ? {} : { Default: this.#pick(later) }),
    };
  }

  #rule(depth: number): JsonObject {
    const number = this.#pick(NUMBER_PATHS);
    const text = this.#pick(TEXT_PATHS);
    const order = this.#pick(['LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals']);
    switch (this.#draw(depth > 1 ? 8 : 11)) {
      case 0:
        return { Variable: number, [`Numeric${order}`]: this.#pick(NUMBERS) };
      case 1:
        return { Variable: number, [`Numeric${order}Path`]: this.#pick(NUMBER_PATHS) };
      case 2:
        return { Variable: this.#pick([...TEXT_PATHS, ...NUMBER_PATHS]), StringEquals: this.#pick(TEXTS) };
      case 3:
        return { Variable: text, StringMatches: this.#pick(['*', 'y*', 'a\\*b', '*s', '']) };
      case 4:
        return { Variable: this.#pick(['$.missing', '$.o.n', '$.o.none', '$.s']), IsPresent: true };
      case 5:
        return {
          Variable: this.#pick(ANY_PATHS),
          [this.#pick(['IsNumeric', 'IsString', 'IsBoolean', 'IsNull'])]: true,
        };
      case 6:
        return { Variable: text, [`String${order}`]: this.#pick(['b', 'x', 'yy']) };
      case 7:
        return { Variable: number, NumericEquals: this.#pick(NUMBERS) };
      case 8:
        return { Not: this.#rule(depth + 1) };
      default:
        return { [this.#pick(['And', 'Or'])]: [this.#rule(depth + 1), this.#rule(depth + 1)] };
    }
  }
}
