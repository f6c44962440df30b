/**
 * Makes a plan of its draft. A draft is first written as a list of small steps, which a stack machine carries out: values and
 * functions are pushed, and a later step takes them as the parts of a larger one. Steps are data, so another thread can write
 * them, and one that carries them out can pause after any of them.
 */
import { assert } from '../base/assert.ts';
import type { JsonObject, JsonPrimitive, JsonValue } from '../base/json.ts';
import { isJsonArray, isJsonObject, isLongNumber, longNumber } from '../base/json.ts';
import { SITES as CLASSIC_SITES } from './classic/variables.ts';
import { spend } from '../expression/evaluation.ts';
import type { Compute, Construct, Plan, State, StateScope, Test } from './plan.ts';
import { compileAgain } from './shared/expressions.ts';
import { Recipe, StateBaseDraft } from './shared/recipe.ts';
import type { ExpressionRecipe, Part, PlanDraft } from './shared/recipe.ts';
import type { Site } from './shared/site.ts';
import { flowArnOf, objectOfText } from './shared/step-values.ts';
import * as template from './shared/object-template.ts';
import { SITES as STATE_MACHINE_SITES } from './statemachine/variables.ts';

/**
 * One step. Its first member says what it pushes, and which values before it it takes. All of it is JSON, except the last
 * member of an expression: its function, if this thread has compiled it.
 */
export type Step =
  /** The next state of the plan, still without its own members; it is not pushed. */
  | readonly ['state', type: State['type'], name: string]
  /** Takes an object and gives its members to a state. */
  | readonly ['members-of', index: number]
  | readonly ['state-at', index: number]
  | readonly ['value', value: JsonPrimitive]
  | readonly ['list', length: number]
  | readonly ['object', keys: readonly string[]]
  | readonly [
      'expression',
      form: ExpressionRecipe['form'],
      site: string,
      place: string,
      text: string,
      fuel: number,
      nodes: number,
      evaluate?: Compute | Test,
    ]
  | readonly ['always' | 'never' | 'input' | 'object-of-text' | 'flow-arn' | 'iteration', ...(string | null)[]]
  /** Takes a function and pushes the part with it. */
  | readonly ['part']
  /** Takes a part and pushes the constructor of it. */
  | readonly ['construct']
  | readonly ['constant', value: JsonValue]
  /** A number that JSON text would not give back unchanged. */
  | readonly ['number' | 'long-number', digits: string]
  | readonly ['parts', length: number]
  | readonly ['members', keys: readonly string[]];

const SITES: ReadonlyMap<string, Site> = new Map([...STATE_MACHINE_SITES, ...CLASSIC_SITES].map((at) => [at.name, at]));

/** Links a draft at once. */
export function link(draft: PlanDraft): Plan {
  const linker = new Linker();
  writeSteps(draft, (each) => linker.take(each));
  return linker.plan();
}

/** Writes the steps that make a plan, in their order. The last one pushes the plan's own members. */
export function writeSteps(draft: PlanDraft, write: (step: Step) => void): void {
  const { states, ...own } = draft;
  for (const { type, name } of states) write(['state', type, name]);
  for (const state of states) {
    const { type: _type, index, name: _name, ...members } = state;
    writeObject(
      Object.entries(members).filter(([key, value]) => value !== null || !COMMON.includes(key)),
      write,
    );
    write(['members-of', index]);
  }
  writeObject(Object.entries(own), write);
}

/** Members that a state has from the beginning. */
const COMMON: readonly string[] = ['inputConstructor', 'outputConstructor', 'globalConstructor', 'next'];

function writeObject(entries: readonly (readonly [string, unknown])[], write: (step: Step) => void): void {
  for (const [, value] of entries) writeValue(value, write);
  write(['object', entries.map(([key]) => key)]);
}

function writeValue(value: unknown, write: (step: Step) => void): void {
  if (value instanceof Recipe) writeRecipe(value, write);
  else if (value instanceof StateBaseDraft) write(['state-at', value.index]);
  else if (Array.isArray(value)) {
    for (const item of value) writeValue(item, write);
    write(['list', value.length]);
  } else if (typeof value === 'object' && value !== null) writeObject(Object.entries(value), write);
  else write(['value', value as JsonPrimitive]);
}

function writeRecipe({ form }: Recipe, write: (step: Step) => void): void {
  switch (form.kind) {
    case 'expression': {
      const { site, place, text, fuel, nodes, evaluate } = form;
      write(['expression', form.form, site.name, place, text, fuel, nodes, evaluate]);
      return;
    }
    case 'object':
      for (const [, part] of form.members) writePart(part, write);
      write(['members', form.members.map(([key]) => key)]);
      write(['construct']);
      return;
    case 'list':
      for (const part of form.items) writePart(part, write);
      write(['parts', form.items.length]);
      write(['construct']);
      return;
    case 'construct':
      writePart(form.part, write);
      write(['construct']);
      return;
    case 'object-of-text':
    case 'flow-arn':
      writeRecipe(form.of, write);
      write([form.kind]);
      return;
    case 'iteration':
      write(['iteration', form.item, form.index]);
      return;
    default:
      write([form.kind]);
  }
}

function writePart(part: Part, write: (step: Step) => void): void {
  if ('value' in part) writeConstant(part.value, write);
  else {
    writeRecipe(part.build, write);
    write(['part']);
  }
}

/** Values in one step: an object of thousands would make one step long. */
const CONSTANT_VALUES = 200;

function writeConstant(value: JsonValue, write: (step: Step) => void): void {
  if (isLongNumber(value)) write(['long-number', value.rawJSON]);
  else if (typeof value === 'number' && !isPlain(value)) write(['number', String(value)]);
  else if (countPlain(value, CONSTANT_VALUES) <= CONSTANT_VALUES) write(['constant', value]);
  else if (isJsonArray(value)) {
    for (const item of value) writeConstant(item, write);
    write(['parts', value.length]);
  } else {
    const members = Object.entries(value as JsonObject);
    for (const [, member] of members) writeConstant(member, write);
    write(['members', members.map(([key]) => key)]);
  }
}

/** True for a number that JSON text gives back unchanged. */
function isPlain(value: number): boolean {
  return !Number.isInteger(value) || (Number.isSafeInteger(value) && !Object.is(value, -0));
}

/** Values in `value`; more than `limit` when there are more, or one of them is no plain JSON. */
function countPlain(value: JsonValue, limit: number): number {
  if (isLongNumber(value) || (typeof value === 'number' && !isPlain(value))) return limit + 1;
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  const inner = isJsonArray(value) ? value : Object.values(value);
  if (inner.length > limit) return limit + 1;
  for (const each of inner) {
    count += countPlain(each, limit - count);
    if (count > limit) return count;
  }
  return count;
}

/** Bytes of memory for each part of a plan, measured by `test/language/plan-bytes.test.ts`, on the safe side. */
const BYTES = {
  ...{ state: 300, object: 64, key: 40, item: 8, primitive: 8 },
  ...{ expression: 200, node: 230, character: 1 },
};

type Mutable = Record<string, unknown>;

/** Carries out the steps of one plan. */
export class Linker {
  readonly #states: State[] = [];
  /** The values that earlier steps pushed and none has taken yet. */
  readonly #stack: unknown[] = [];
  #bytes = 0;

  /** The plan, after its last step. */
  plan(): Plan {
    const own = this.#stack.pop();
    assert(typeof own === 'object' && own !== null && this.#stack.length === 0, 'the steps of a plan have an end');
    return { ...(own as Omit<Plan, 'states' | 'bytes'>), states: this.#states, bytes: this.#bytes };
  }

  take(step: Step): void {
    switch (step[0]) {
      case 'state':
        this.#addState(step[1], step[2]);
        return;
      case 'members-of':
        Object.assign(this.#states[step[1]] as State, this.#stack.pop());
        return;
      case 'expression':
        this.#stack.push(this.#expression(step));
        return;
      case 'state-at':
        this.#stack.push(this.#states[step[1]]);
        return;
      case 'list':
      case 'object':
      case 'value':
        this.#stack.push(this.#plainValue(step));
        return;
      case 'part':
      case 'constant':
      case 'number':
      case 'long-number':
      case 'parts':
      case 'members':
        this.#stack.push(this.#part(step));
        return;
      default:
        this.#stack.push(this.#function(step));
    }
  }

  #addState(type: State['type'], name: string): void {
    const state = {
      ...{ type, index: this.#states.length, name },
      ...{ inputConstructor: null, outputConstructor: null, globalConstructor: null, next: null },
    };
    this.#states.push(state as unknown as State);
    this.#bytes += BYTES.state + name.length * BYTES.character;
  }

  #expression(step: Extract<Step, readonly ['expression', ...unknown[]]>): Compute | Test {
    const [, form, siteName, place, text, fuel, nodes, evaluate] = step;
    this.#bytes += BYTES.expression + nodes * BYTES.node + (place.length + text.length) * BYTES.character;
    if (evaluate !== undefined) return evaluate;
    const site = SITES.get(siteName);
    assert(site !== undefined, `no site is called ${siteName}`);
    return compileAgain({ form, site, place, text, fuel });
  }

  #plainValue(step: Extract<Step, readonly ['value' | 'list' | 'object', ...unknown[]]>): unknown {
    this.#bytes += step[0] === 'value' ? BYTES.primitive : BYTES.object;
    if (step[0] === 'value') return step[1];
    if (step[0] === 'list') return this.#taken(step[1]);
    const object: Mutable = {};
    const values = this.#taken(step[1].length);
    for (const [i, key] of step[1].entries()) object[key] = values[i];
    return object;
  }

  #part(
    step: Extract<Step, readonly ['part' | 'constant' | 'number' | 'long-number' | 'parts' | 'members', ...unknown[]]>,
  ) {
    switch (step[0]) {
      case 'part':
        return { build: this.#stack.pop() as Compute };
      case 'constant':
        return this.#constant(step[1]);
      case 'number':
        return { value: Number(step[1]), size: 1 };
      case 'long-number':
        return { value: longNumber(step[1]), size: 1 };
      case 'parts':
        this.#bytes += BYTES.object + BYTES.item * step[1];
        return template.listPart(this.#taken(step[1]) as template.LinkedPart[]);
      case 'members':
        this.#bytes += BYTES.object + BYTES.key * step[1].length;
        return template.objectPart(step[1], this.#taken(step[1].length) as template.LinkedPart[]);
    }
  }

  #function(step: Exclude<Step, readonly ['state', ...unknown[]]>): Construct | Compute | Test {
    switch (step[0]) {
      case 'construct':
        return template.constructOf(this.#stack.pop() as template.LinkedPart);
      case 'always':
        return always;
      case 'never':
        return never;
      case 'input':
        return (scope) => scope.input;
      case 'object-of-text': {
        const of = this.#stack.pop() as Compute;
        return (scope) => objectOfText(of(scope));
      }
      case 'flow-arn': {
        const of = this.#stack.pop() as Compute;
        return (scope) => flowArnOf(of(scope));
      }
      default:
        return template.iterationInput(step[1] as string, step[2] as string | null);
    }
  }

  /** Takes the last `length` values, in their order. */
  #taken(length: number): unknown[] {
    return this.#stack.splice(this.#stack.length - length, length);
  }

  /** A value as a part, frozen at all levels because every execution shares it. */
  #constant(value: JsonValue): { readonly value: JsonValue; readonly size: number } {
    let size = 1;
    if (isJsonArray(value) || isJsonObject(value)) {
      const inner = isJsonArray(value) ? value : Object.values(value);
      this.#bytes += BYTES.object + inner.length * BYTES.item;
      for (const each of inner) size += this.#constant(each).size;
    } else {
      this.#bytes += BYTES.primitive + (typeof value === 'string' ? 16 + value.length * BYTES.character : 0);
    }
    return { value: Object.freeze(value), size };
  }
}

function always(scope: StateScope): boolean {
  spend(scope, 1);
  return true;
}

function never(scope: StateScope): boolean {
  spend(scope, 1);
  return false;
}
