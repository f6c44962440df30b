/**
 * A plan before it is linked. The front ends write it, and `link.ts` makes the plan of it. It is data: where a plan has a
 * function, it has a {@link Recipe}, so that another thread can read a definition and this thread can link it piece by piece.
 * Functions cannot be passed between threads.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { setMember } from '../../base/json.ts';
import type { Compute, Plan, State, StateBase, Test } from '../plan.ts';
import type { Site } from './site.ts';

/** An expression that was checked. */
export interface ExpressionRecipe {
  readonly kind: 'expression';
  /** `computed`: the interpreter checks the value, and its failure names the source (`Compute.source`). */
  readonly form: 'value' | 'computed' | 'condition';
  readonly site: Site;
  readonly place: string;
  readonly text: string;
  /** Fuel that checking it had. Compiling it again with as much gives the same result. */
  readonly fuel: number;
  /** Nodes of its tree. */
  readonly nodes: number;
  /** Its function, in the thread that checked it. */
  readonly evaluate: Compute | Test;
}

export type RecipeForm =
  | ExpressionRecipe
  /** A condition that is `true` or `false` in the text. */
  | { readonly kind: 'always' | 'never' }
  /** Builds an object, or the list, of parts of which at least one is computed. */
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, part: Part])[] }
  | { readonly kind: 'list'; readonly items: readonly Part[] }
  /** The constructor that builds a part, constant or not. */
  | { readonly kind: 'construct'; readonly part: Part }
  /** Classic: the input of the step; a value made of another; the input of an iteration. */
  | { readonly kind: 'input' }
  | { readonly kind: 'object-of-text' | 'flow-arn'; readonly of: Recipe }
  | { readonly kind: 'iteration'; readonly item: string; readonly index: string | null };

/** The parts of a function of the plan. A class, so that the linker can distinguish it from other data of a state. */
export class Recipe {
  readonly form: RecipeForm;

  constructor(form: RecipeForm) {
    this.form = form;
  }
}

/** A recipe if the value holds an expression, otherwise the value itself, frozen at all levels. */
export type Part = { readonly build: Recipe } | { readonly value: JsonValue };

/** `T` before it is linked: recipes in the place of functions. A state is the object that becomes it. */
export type Unlinked<T> = T extends (...args: never[]) => unknown
  ? Recipe
  : T extends StateBase
    ? StateDraft
    : T extends readonly (infer E)[]
      ? readonly Unlinked<E>[]
      : T extends object
        ? { readonly [K in keyof T]: Unlinked<T[K]> }
        : T;

type DraftOf<S extends State> = S extends State ? { readonly [K in keyof S]: Unlinked<S[K]> } : never;
export type StateDraft = DraftOf<State>;
export type ScopeDraft = { readonly start: StateDraft; readonly states: readonly StateDraft[] };
export type PlanDraft = { readonly [K in Exclude<keyof Plan, 'bytes'>]: Unlinked<Plan[K]> };

/** The members of every state, which the second pass over a list of states sets. */
export class StateBaseDraft {
  readonly type: State['type'];
  readonly index: number;
  readonly name: string;
  inputConstructor: Recipe | null = null;
  outputConstructor: Recipe | null = null;
  globalConstructor: Recipe | null = null;
  next: StateDraft | null = null;

  constructor(type: State['type'], index: number, name: string) {
    this.type = type;
    this.index = index;
    this.name = name;
  }
}

const NOTHING: JsonObject = Object.freeze({});

/** The constructor of an object without members. */
export const CONSTRUCT_NOTHING = new Recipe({ kind: 'construct', part: { value: NOTHING } });

/** The constructor of a part. */
export function constructOf(part: Part): Recipe {
  return 'build' in part ? part.build : new Recipe({ kind: 'construct', part });
}

/** An object of these members, in their order. Their keys are unique. */
export function objectPart(members: Iterable<readonly [key: string, part: Part]>): Part {
  const list = [...members];
  if (list.some(([, part]) => 'build' in part)) return { build: new Recipe({ kind: 'object', members: list }) };
  const object: Record<string, JsonValue> = {};
  for (const [key, part] of list) setMember(object, key, 'value' in part ? part.value : null);
  return { value: Object.freeze(object) };
}

/** A list of these parts. */
export function listPart(items: readonly Part[]): Part {
  if (items.some((part) => 'build' in part)) return { build: new Recipe({ kind: 'list', items }) };
  return { value: Object.freeze(items.map((part) => ('value' in part ? part.value : null))) };
}
