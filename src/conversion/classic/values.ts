/**
 * Converts the expressions of one step: paths into its parent's input and local, into its own input and into its result.
 * Members of known objects are resolved at once.
 */
import type { Segment } from '../../expression/ast.ts';
import { parseExpression } from '../../expression/parse.ts';
import type { Node } from '../../language/text/document.ts';
import { textOf } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { EMPTY, follow, list, literal, member, merge, NULL, object, some, variable } from '../terms.ts';
import type { Frame } from './frame.ts';
import type { Keys } from './keys.ts';
import { canBeListed, isEmpty, mayHave } from './keys.ts';
import type { Mapping, Step } from './model.ts';
import { readPath } from './model.ts';

/** The scope of a step in the classic language. */
export interface Scope {
  readonly frame: Frame;
  /** The keys of the local before the first step of the list, if the list shares the local of a list around it. */
  readonly keys: Keys;
  /** True for the steps of a choice that put their outputs into the local around the choice. */
  readonly isShared: boolean;
}

export interface FlowContext {
  readonly outcome: Outcome;
  readonly flowName: string;
}

const CONTEXT = variable('$Context');
const TOKEN = member(member(CONTEXT, 'Current'), 'TaskToken');
const EXECUTION_NAME = member(member(CONTEXT, 'Execution'), 'Name');
const ENVIRONMENT = variable('$Environment');

/** True if the term reads the token of the task, which only Parameters can. */
function readsToken(term: Term): boolean {
  return some(
    term,
    (part) => part.kind === 'path' && part.segments[1]?.kind === 'name' && part.segments[1].name === 'TaskToken',
  );
}

/** The local after the output of a step. */
export function mergeLocal(local: Term, keys: Keys, output: Term): Term {
  if (output.kind !== 'object' || !canBeListed(keys)) return merge(local, output);
  return merge(object([...keys.definite].map((key) => [key, member(local, key)])), output);
}

export class StepValues {
  readonly #context: FlowContext;
  readonly #step: Step;
  readonly #scope: Scope;
  /** The keys of the local before the step. */
  readonly keys: Keys;
  readonly local: Term;
  /** The step's own input. */
  readonly input: Term;

  constructor(context: FlowContext, step: Step, scope: Scope, keys: Keys) {
    this.#context = context;
    this.#step = step;
    this.#scope = scope;
    this.keys = keys;
    this.local = scope.frame.local(keys);
    this.input =
      step.inputs === null ? this.#merged() : object(step.inputs.map((mapping) => this.#inputMember(mapping)));
  }

  /** A part of the step's own input. */
  inputAt(segments: readonly Segment[], at: Node): Term {
    const [first, ...rest] = segments;
    if (this.#step.inputs === null && first?.kind === 'name')
      return this.#many(this.#mergedMember(first.name), rest, at);
    return this.#many(this.input, segments, at);
  }

  /** Converts outputMappings or errorMappings. `local` is the value of `$local` in them; `known` has the values of some. */
  mapped(mappings: readonly Mapping[], local: Term, known: ReadonlyMap<Mapping, Term> = new Map()): Term {
    const term = object(
      mappings.map((mapping) => [mapping.target, known.get(mapping) ?? this.#outputMember(mapping, local)]),
    );
    if (readsToken(term)) {
      this.#context.outcome.refuse(
        this.#step.node,
        'only the parameters of a task can read its token; let the service that reports return it',
      );
    }
    return term;
  }

  /** Converts `$` and `$.key` in serviceParams, collection and duration. Returns null for a value that is no expression. */
  bare(node: Node): Term | null {
    const text = textOf(node);
    if (text === null || !/^\$(?:$|[.[]|environment(?!\w))/.test(text)) return null;
    const path = readPath(text);
    if (path === null) return null;
    if (path.variable === '$environment') return follow(ENVIRONMENT, path.segments);
    return this.inputAt(path.segments, node);
  }

  condition(node: Node): Term {
    const text = textOf(node);
    if (text === null) return literal(node.kind === 'scalar' && node.value === true);
    const { ast } = parseExpression(text, { wildcard: true, functions: false });
    return ast === null ? NULL : this.#replaced(ast, node);
  }

  #replaced(term: Term, at: Node): Term {
    switch (term.kind) {
      case 'variable':
        return this.#bareVariable(term.name, [], at);
      case 'path':
        if (term.target.kind === 'variable') return this.#bareVariable(term.target.name, term.segments, at);
        return this.#many(this.#replaced(term.target, at), term.segments, at);
      case 'array':
        return { ...term, items: term.items.map((item) => this.#replaced(item, at)) };
      case 'object':
        return { ...term, members: term.members.map(({ key, value }) => ({ key, value: this.#replaced(value, at) })) };
      case 'call':
        return { ...term, args: term.args.map((arg) => this.#replaced(arg, at)) };
      case 'not':
      case 'negate':
        return { ...term, operand: this.#replaced(term.operand, at) };
      case 'comparison':
        return { ...term, left: this.#replaced(term.left, at), right: this.#replaced(term.right, at) };
      case 'and':
      case 'or':
        return { ...term, operands: term.operands.map((operand) => this.#replaced(operand, at)) };
      default:
        return term;
    }
  }

  #bareVariable(name: string, segments: readonly Segment[], at: Node): Term {
    return name === '$environment' ? this.#many(ENVIRONMENT, segments, at) : this.inputAt(segments, at);
  }

  /** The parent's input and local, merged. */
  #merged(): Term {
    const { input } = this.#scope.frame;
    return isEmpty(this.keys) ? input : merge(input, this.local);
  }

  #mergedMember(key: string): Term {
    const { input } = this.#scope.frame;
    if (this.keys.definite.has(key)) return member(this.local, key);
    if (!mayHave(this.keys, key)) return member(input, key);
    return member(this.#merged(), key);
  }

  #inputMember({ target, source, node }: Mapping): readonly [string, Term] {
    if (source.kind === 'constant') return [target, source.term];
    const { variable: name, segments } = source;
    if (name === '$local') return [target, this.#many(this.local, segments, node)];
    if (name !== '$input') return [target, this.#elsewhere(name, segments, node)];
    // With a shared local, the parent's input is the merged input and local around the choice.
    const [first, ...rest] = segments;
    if (this.#scope.isShared && first?.kind === 'name') {
      return [target, this.#many(this.#mergedMember(first.name), rest, node)];
    }
    return [target, this.#many(this.#scope.isShared ? this.#merged() : this.#scope.frame.input, segments, node)];
  }

  #outputMember({ source, node }: Mapping, local: Term): Term {
    if (source.kind === 'constant') return source.term;
    const { variable: name, segments } = source;
    if (name === '$input') return this.inputAt(segments, node);
    if (name === '$local') return this.#many(local, segments, node);
    return this.#elsewhere(name, segments, node);
  }

  #elsewhere(name: string, segments: readonly Segment[], node: Node): Term {
    return name === '$environment'
      ? this.#many(ENVIRONMENT, segments, node)
      : contextValue(this.#context, this.#step, segments, node);
  }

  #many(target: Term, segments: readonly Segment[], at: Node): Term {
    return followAll(this.#context.outcome, target, segments, at);
  }
}

/** Like `follow`, also for `[*]` at the end of a path and `[*]` on a list with known items. Refuses other `[*]`. */
export function followAll(outcome: Outcome, target: Term, segments: readonly Segment[], at: Node): Term {
  const all = segments.findIndex(({ kind }) => kind === 'all');
  if (all === -1) return follow(target, segments);
  const base = follow(target, segments.slice(0, all));
  const rest = segments.slice(all + 1);
  if (base.kind === 'array') return list(base.items.map((item) => followAll(outcome, item, rest, at)));
  if (rest.length === 0) {
    outcome.noteOnce(
      at,
      'a path that ends in [*] becomes the list itself; if there is no list, it is null here, and an empty list in the classic language',
    );
    return base;
  }
  outcome.refuse(at, 'a path through [*] has no equivalent here; let a task select the values');
  return EMPTY;
}

function contextValue(
  { outcome, flowName }: FlowContext,
  step: Step | null,
  segments: readonly Segment[],
  at: Node,
): Term {
  const names = segments.map((segment) => (segment.kind === 'name' ? segment.name : ''));
  const rest = segments.slice(2);
  switch (names.slice(0, 2).join('.')) {
    case 'execution.name':
      return follow(EXECUTION_NAME, rest);
    case 'flow.name':
      outcome.note(at, `$context.flow.name is replaced by the text ${flowName}`);
      return follow(literal(flowName), rest);
    case 'step.name':
      return follow(literal(step?.name ?? ''), rest);
    case 'task.token':
      return step !== null && waits(step) ? follow(TOKEN, rest) : NULL;
    case 'step.eventId':
      outcome.refuse(at, '$context.step.eventId has no equivalent; count the rounds of a loop in the data of the flow');
      return NULL;
  }
  outcome.refuse(at, 'this part of $context has no equivalent; use execution.name, flow.name, step.name or task.token');
  return NULL;
}

/** True for a task with a token. */
function waits({ type, node }: Step): boolean {
  const pattern = node.entries.get('pattern')?.value;
  const text = pattern === undefined ? null : textOf(pattern);
  return type === 'task' && (text === 'sync' || text === 'waitForCallback');
}

/** Converts the mappings of the flow. `local` is null before the first step. */
export function flowMapped(context: FlowContext, mappings: readonly Mapping[], input: Term, local: Term | null): Term {
  return object(
    mappings.map(({ target, source, node }) => {
      if (source.kind === 'constant') return [target, source.term];
      const { variable: name, segments } = source;
      if (name === '$context') return [target, contextValue(context, null, segments, node)];
      const from = name === '$input' ? input : name === '$local' ? (local ?? EMPTY) : ENVIRONMENT;
      return [target, followAll(context.outcome, from, segments, node)];
    }),
  );
}
