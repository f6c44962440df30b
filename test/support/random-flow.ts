/**
 * Flows from a tape of numbers. The same tape gives the same flow; a shorter tape, or smaller numbers, a simpler one, so that
 * fast-check shrinks a finding by shrinking its tape. Every flow compiles and ends: transitions lead forward, and `$Global`
 * counts the rounds of a loop.
 */
import { parseJson, setMember } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';

/** A number from 0 to `count - 1`; 0, the simplest choice, at the end of the tape. */
export type Draw = (count: number) => number;

export function drawFrom(tape: readonly number[]): Draw {
  let at = 0;
  return (count) => (tape[at++] ?? 0) % count;
}

const STATE_NAMES = ['A', 'B', 'C', 'é /', '__proto__', '1', '$Input'];
const KEYS = ['a', 'b', 'list', 'n', 'text', '__proto__', '0', 'a b', 'sys.query'];
const GLOBAL_KEYS = ['g', 'h', 'length'];
const ERRORS = ['X', 'Y.Z', 'FnF.TaskTimeout', 'FnF.RuntimeError', 'FnF.DataLimitExceeded', 'FnF.Fail', 'FnF.ALL'];
const TEXTS = ['', 'x', '{}', 'é😀', '12', '$Input.a', '"', 'true', '\u2028', '[1'];
const NUMBERS = ['0', '1', '2', '-1', '0.5', '9007199254740993', '1e400', '-123456789012345678901', '1e21'];
const COMPARISONS = ['==', '!=', '==', '!=', '<', '>='];
/** Most loops in one flow. */
const LOOPS = 4;

export function randomValue(draw: Draw, depth = 0): JsonValue {
  switch (draw(depth > 2 ? 5 : 7)) {
    case 0:
      return null;
    case 1:
      return draw(2) === 0;
    case 2:
      return parseJson(pick(draw, NUMBERS));
    case 3:
      return draw(12) === 0 ? 'y'.repeat(draw(2_000)) : pick(draw, TEXTS);
    case 4:
      return draw(50);
    case 5:
      return Array.from({ length: draw(5) }, () => randomValue(draw, depth + 1));
    default:
      return randomObject(draw, (inner) => randomValue(inner, depth + 1));
  }
}

export function randomInput(draw: Draw): JsonObject {
  return randomObject(draw, (inner) => randomValue(inner)) as JsonObject;
}

function randomObject(draw: Draw, member: (draw: Draw) => JsonValue): JsonObject {
  const object: Record<string, JsonValue> = {};
  for (let i = draw(5); i > 0; i--) setMember(object, pick(draw, KEYS), member(draw));
  return object;
}

/** The definition of an Express flow, as an object. */
export function randomFlow(draw: Draw): JsonObject {
  return new FlowMaker(draw).flow();
}

class FlowMaker {
  readonly #draw: Draw;
  #loops = 0;
  #states = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  flow(): JsonObject {
    const scope = this.#scope(0);
    const counters = Object.fromEntries(Array.from({ length: this.#loops }, (_, i) => [`loop${i}`, 0]));
    const first = { Type: 'Pass', Name: 'First', GlobalConstructor: counters, Next: scope['StartAt'] as string };
    const timeout = this.#sometimes(4) ? { Timeout: this.#draw(30) } : {};
    return {
      ...{ Type: 'StateMachine', SpecVersion: 'v1', Name: 'test', StartAt: 'First' },
      ...timeout,
      States: [first, ...(scope['States'] as JsonObject[])],
    };
  }

  #sometimes(oneIn: number): boolean {
    return this.#draw(oneIn) === oneIn - 1;
  }

  /** `{StartAt, States}` of a branch, a processor, or the flow. */
  #scope(depth: number): JsonObject {
    const names = STATE_NAMES.slice(0, 1 + this.#draw(depth === 0 ? STATE_NAMES.length : 3));
    const states = names.map((_, i) => this.#state(names, i, depth));
    return { StartAt: names[0] as string, States: states };
  }

  #state(names: readonly string[], at: number, depth: number): JsonObject {
    const later = names.slice(at + 1);
    const common = { Name: names[at] as string, ...this.#constructors() };
    const next = later.length === 0 || this.#sometimes(10) ? { End: true } : { Next: this.#next(later) };
    this.#states++;
    const kind = this.#draw(depth > 2 || this.#states > 25 ? 7 : 10);
    switch (kind) {
      case 0:
        return { Type: 'Pass', ...common, ...next };
      case 1:
      case 2:
        return this.#task(common, next, later);
      case 3:
        return { Type: 'Wait', ...common, ...this.#seconds('Seconds', 1), ...next };
      case 4:
        return later.length === 0
          ? { Type: 'Succeed', ...common }
          : this.#choice(common, later, names.slice(0, at + 1));
      case 5:
        return this.#sometimes(4) ? { Type: 'Succeed', ...common } : this.#task(common, next, later);
      case 6:
        return this.#sometimes(3) ? this.#fail(common) : { Type: 'Pass', ...common, ...next };
      case 7:
        return {
          ...{ Type: 'Parallel', ...common, ...next, ...this.#recovery(later) },
          Branches: Array.from({ length: 1 + this.#draw(3) }, () => this.#scope(depth + 1)),
        };
      default:
        return this.#map(common, next, later, depth);
    }
  }

  #fail({ OutputConstructor: _output, GlobalConstructor: _global, ...common }: JsonObject): JsonObject {
    return { Type: 'Fail', ...common, Code: pick(this.#draw, ERRORS), Detail: pick(this.#draw, TEXTS) };
  }

  #task(common: JsonObject, next: JsonObject, later: readonly string[]): JsonObject {
    const timeout = this.#sometimes(3) ? this.#seconds('Timeout', 0) : {};
    return {
      ...{ Type: 'Task', ...common, Action: 'HTTP:Request', ...timeout, ...this.#recovery(later), ...next },
      Parameters: { url: 'http://x.invalid/', method: 'GET', 'body.$': this.#expression(0) },
    };
  }

  /** A loop ends in a Choice that counts its rounds. */
  #choice(common: JsonObject, later: readonly string[], before: readonly string[]): JsonObject {
    const ahead = { Condition: this.#expression(1), Next: this.#next(later) };
    if (this.#loops === LOOPS || this.#draw(2) === 0) {
      return { Type: 'Choice', ...common, Branches: [ahead], Default: this.#next(later) };
    }
    const counter = `loop${this.#loops++}`;
    const back = { Condition: `$Global.${counter} < ${1 + this.#draw(4)}`, Next: pick(this.#draw, before) };
    return {
      ...{ Type: 'Choice', ...common, Branches: this.#sometimes(2) ? [ahead, back] : [back, ahead] },
      ...{ Default: this.#next(later), GlobalConstructor: { [`${counter}.$`]: `intAdd($Global.${counter}, 1)` } },
    };
  }

  #map(common: JsonObject, next: JsonObject, later: readonly string[], depth: number): JsonObject {
    const literal = `[${Array.from({ length: this.#draw(6) }, () => this.#literal()).join(', ')}]`;
    const items = this.#sometimes(8) ? this.#expression(1) : literal;
    return {
      ...{ Type: 'Map', ...common, ...next, ...this.#recovery(later), ItemsPath: items },
      ...(this.#sometimes(2) ? { ItemConstructor: this.#built(true) } : {}),
      ...(this.#sometimes(2) ? { MaxConcurrency: 1 + this.#draw(3) } : {}),
      Processor: this.#scope(depth + 1),
    };
  }

  #next(later: readonly string[]): string {
    return later[this.#sometimes(3) ? this.#draw(later.length) : 0] as string;
  }

  #seconds(name: string, least: number): JsonObject {
    return this.#sometimes(12) ? { [`${name}.$`]: this.#expression(0) } : { [name]: least + this.#draw(4) };
  }

  #recovery(later: readonly string[]): JsonObject {
    const draw = this.#draw;
    const errors = (): string[] => Array.from({ length: 1 + draw(2) }, () => pick(draw, ERRORS));
    const retry = {
      ...{ Errors: errors(), MaxAttempts: draw(4), IntervalSeconds: draw(4) },
      ...(this.#sometimes(3) ? { BackoffRate: [0.5, 2, 1.5, 1e300][draw(4)] as number } : {}),
      ...(this.#sometimes(3) ? { MaxBackoffSeconds: 1 + draw(5) } : {}),
    };
    const caught = (): JsonObject => ({
      ...{ Errors: errors(), Next: this.#next(later) },
      ...(this.#sometimes(2) ? { OutputConstructor: { 'error.$': '$Context.Current.Error', ...this.#built() } } : {}),
    });
    switch (draw(6)) {
      case 1:
        return { Retry: [retry] };
      case 2:
        return later.length === 0 ? {} : { Catch: [caught()] };
      case 3:
        return later.length === 0 ? { Retry: [retry] } : { Retry: [retry], Catch: [caught(), caught()] };
      case 4:
        return {
          OnErrors: [
            { Errors: errors(), Retry: { MaxAttempts: draw(3), FixedBackoff: draw(3), Multiplier: 1 + draw(2) } },
            ...(later.length === 0 ? [] : [caught()]),
          ],
        };
      default:
        return {};
    }
  }

  #constructors(): JsonObject {
    return {
      ...(this.#sometimes(4) ? { InputConstructor: this.#built() } : {}),
      ...(this.#sometimes(3) ? { OutputConstructor: this.#built() } : {}),
      ...(this.#sometimes(4)
        ? { GlobalConstructor: { [`${pick(this.#draw, GLOBAL_KEYS)}.$`]: this.#expression(0) } }
        : {}),
    };
  }

  #built(item = false): JsonObject {
    const built: Record<string, JsonValue> = {};
    for (let i = 1 + this.#draw(3); i > 0; i--) {
      const key = pick(this.#draw, KEYS);
      if (this.#draw(3) > 0) setMember(built, `${key}.$`, item && this.#sometimes(2) ? '$Item' : this.#expression(0));
      else setMember(built, `${key}-`, this.#sometimes(3) ? this.#built(item) : randomValue(this.#draw));
    }
    return built;
  }

  #literal(): string {
    const draw = this.#draw;
    if (draw(2) === 0) return pick(draw, NUMBERS.slice(0, 6));
    return draw(2) === 0 ? JSON.stringify(pick(draw, TEXTS.slice(0, 8))) : pick(draw, ['null', 'true', '{"a": [1]}']);
  }

  #path(): string {
    const draw = this.#draw;
    const paths = [
      '$Input',
      '$Input.a',
      '$Input["__proto__"].list[-1]',
      '$Global',
      '$Global.g',
      '$Context.Current.Error',
      '$Context.Current.RetryCount',
      '$Context.Current.ItemIndex',
      '$Context.Current.Input',
      '$Context.Current.Name',
      '$Context.Execution.Input.n',
      '$Context',
      '$Environment.E',
    ];
    return pick(draw, paths);
  }

  #expression(depth: number): string {
    const draw = this.#draw;
    const inner = (): string => this.#expression(depth + 1);
    switch (draw(depth > 2 ? 2 : 9)) {
      case 0:
        return this.#path();
      case 1:
        return this.#literal();
      case 2:
        return `format("{} {}", ${this.#path()}, ${inner()})`;
      case 3:
        return `toArray(${inner()}, ${this.#path()})`;
      case 4:
        return `(${this.#path()} ${pick(draw, COMPARISONS)} ${this.#path()})`;
      case 5:
        return `(!(${this.#path()} == ${inner()}) && ${this.#path()} == null)`;
      case 6:
        return this.#sometimes(6)
          ? `intAdd(${this.#path()}, ${draw(3)})`
          : `intAdd(length(jsonToString(${inner()})), 1)`;
      case 7:
        return this.#sometimes(4)
          ? `jsonMerge(${this.#path()}, {"a": 1})`
          : `jsonMerge($Context.Execution, {"a": ${inner()}})`;
      default:
        return `{"a": ${inner()}, "list": [${inner()}, ${inner()}]}`;
    }
  }
}

function pick<T>(draw: Draw, from: readonly T[]): T {
  return from[draw(from.length)] as T;
}
