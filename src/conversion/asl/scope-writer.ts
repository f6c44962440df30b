/** Collects the states of one scope, with the fields that all or several types of states have. */
import type { MapEntry, MapNode, Node } from '../../language/text/document.ts';
import { describe, quote } from '../../language/text/document.ts';
import { setConstructor } from '../constructors.ts';
import { GLOBAL_KEY_BYTES } from '../limits.ts';
import { Names } from '../names.ts';
import type { Outcome } from '../outcome.ts';
import { INPUT, member, object, OUTPUT, same } from '../terms.ts';
import type { Term } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import type { Reading } from './data.ts';
import { placeResult, readExpression, readReferencePath, readTemplate, selectResult } from './data.ts';
import { field, hasField, textField } from './fields.ts';
import { HelperPlan } from './helper-plan.ts';
import { writeChain } from './helper-states.ts';
import type { MachineContext } from './machine-context.ts';
import { setRecovery } from './retry-and-catch.ts';
import { assignments, variableName } from './variables.ts';

export class ScopeWriter {
  readonly outcome: Outcome;
  readonly names: Names;
  readonly entries: readonly MapEntry[];
  readonly #targets: ReadonlySet<string>;
  readonly context: MachineContext;
  readonly #what: string;
  readonly #written: YamlMap[] = [];
  readonly #helpers: HelperPlan;
  /** The data of the state that is written now: its input, or a member of it after helper states. */
  data: Term = INPUT;
  /** Values of paths that helper states have computed for this state. */
  #known: ReadonlyMap<string, Term> = new Map();

  constructor(context: MachineContext, scope: MapNode, what: string) {
    this.context = context;
    this.outcome = context.outcome;
    this.#what = what;
    const states = field(scope, 'States');
    this.entries = states?.kind === 'map' ? [...states.entries.values()] : [];
    if (states?.kind !== 'map' || this.entries.length === 0) {
      context.outcome.refuse(states ?? scope, `${what} needs "States", a mapping from names to states`);
    }
    this.#targets = new Set(this.entries.map(({ key }) => key));
    this.names = new Names(this.entries.map(({ key }) => key));
    const reading = (stateName: string, root: Term) => this.reading(stateName, root);
    this.#helpers = new HelperPlan(this.entries, this.names, context.stubs, reading);
  }

  /** Returns `StartAt` and `States`. */
  close(first: string): YamlMap {
    return new YamlMap().set('StartAt', first).set('States', this.#written);
  }

  /** Writes the states in front of a state, which begins then. */
  enter(stateName: string): void {
    this.data = INPUT;
    this.#known = new Map();
    const chain = this.#helpers.before(stateName);
    if (chain === null) return;
    const { data, known } = writeChain(this, chain, stateName, INPUT, []);
    this.data = data;
    this.#known = known;
  }

  /** Adds the next state, with the fields that all states have. */
  begin(type: string, name: string, source: MapNode | null): YamlMap {
    const state = new YamlMap().set('Type', type).set('Name', name);
    const comment = source === null ? null : textField(source, 'Comment');
    if (comment !== null && comment !== '') state.set('Description', comment);
    this.#written.push(state);
    return state;
  }

  /** The values that the paths of a field can read; `root` is `$`. */
  reading(stateName: string, root: Term): Reading {
    return {
      outcome: this.outcome,
      root,
      stateName,
      machineName: this.context.machineName,
      startTime: this.context.startTime,
      variables: this.context.variables,
      known: this.#known,
      token: false,
      item: null,
    };
  }

  /**
   * Writes the rest of a state with a result: the output and the variables, Retry, Catch and the way out. If a path reads many
   * values of the result, states behind this one do all of that except Retry and Catch.
   */
  complete(state: YamlMap, name: string, source: MapNode, result: Term): void {
    const reading = { ...this.reading(name, this.data), known: this.#times() };
    const chain = this.#helpers.behind(name);
    if (chain === null) {
      this.finish(state, source, reading, selectResult(reading, source, result), OUTPUT);
      this.assign(state, source, { ...reading, root: result });
      this.recover(state, name, source);
      return this.leave(state, source);
    }
    const both = object([
      ['input', this.data],
      ['result', result],
    ]);
    this.construct(state, 'OutputConstructor', both, source);
    this.recover(state, name, source);
    state.set('Next', chain.names[0] as string);
    this.comment(state);
    this.#known = new Map();
    const { data, known } = writeChain(this, chain, chain.last, member(INPUT, 'input'), ['result']);
    this.data = data;
    const pass = this.begin('Pass', chain.last, null);
    const behind = { ...reading, known, root: member(INPUT, 'result') };
    this.finish(pass, source, behind, selectResult(behind, source, behind.root), INPUT);
    this.assign(pass, source, behind);
    this.leave(pass, source);
  }

  /** The computed values that do not depend on `$`. */
  #times(): ReadonlyMap<string, Term> {
    return new Map([...this.#known].filter(([path]) => path.startsWith('$$')));
  }

  /** Applies ResultPath and OutputPath. `raw` is the output of the state without a constructor. */
  finish(state: YamlMap, source: MapNode, reading: Reading, result: Term, raw: Term): void {
    const isPlaced = hasField(textField(source, 'Type') ?? '', 'ResultPath');
    const path = isPlaced ? field(source, 'ResultPath') : undefined;
    const placed = placeResult(this.outcome, this.data, result, path);
    const output = readReferencePath({ ...reading, root: placed }, field(source, 'OutputPath'));
    if (!same(output, raw)) this.construct(state, 'OutputConstructor', output, source);
  }

  /** Sets a constructor that makes `value`. */
  construct(state: YamlMap, key: string, value: Term, at: Node): void {
    if (setConstructor(state, key, value)) this.#whole(at);
  }

  #whole(at: Node): void {
    this.outcome.noteOnce(
      at,
      'values with unknown keys use "OutputConstructor.$" and similar keys, which Millrace supports and the cloud does not',
    );
  }

  /** Sets GlobalConstructor for the "Assign" of a state, in which `$` is the root of `reading`. */
  assign(state: YamlMap, holder: MapNode, reading: Reading): void {
    const node = field(holder, 'Assign');
    if (node === undefined) return;
    if (node.kind !== 'map') this.outcome.refuse(node, `Assign must be a mapping, but is ${describe(node)}`);
    const members: [string, Term][] = [];
    for (const { key, keyOffset, value } of assignments(holder)) {
      const name = variableName(key);
      const global = this.#assignable(name, keyOffset);
      if (global === null) continue;
      members.push([global, key === name ? readTemplate(reading, value) : readExpression(reading, value)]);
    }
    if (members.length > 0) setConstructor(state, 'GlobalConstructor', object(members));
  }

  /** Returns the key of the variable in `$Global`; null after a refusal. */
  #assignable(name: string, offset: number): string | null {
    const key = this.context.variables.keyOf(name);
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
      this.outcome.refuse(offset, `${quote(name)} is not the name of a variable`);
    } else if (Buffer.byteLength(key ?? '') > GLOBAL_KEY_BYTES) {
      this.outcome.refuse(offset, `the variable ${quote(name)} has a name of more than ${GLOBAL_KEY_BYTES} bytes`);
    } else if (key === null) {
      this.outcome.refuse(offset, `${this.#what} cannot assign the variable $${name} of a scope around it`);
    } else if (this.context.variables.shared) {
      const advice = 'pass the value in the data of the states, or set MaxConcurrency to 1';
      this.outcome.refuse(offset, `items of a Map that run at once would share the variable $${name} here; ${advice}`);
    } else {
      return key;
    }
    return null;
  }

  /** Writes the Pass `name`, which assigns the variables of a rule and leads to `next`. */
  writeAssign(name: string, next: string, rule: MapNode, reading: Reading, output: Term): void {
    const pass = this.begin('Pass', name, null);
    if (!same(output, INPUT)) this.construct(pass, 'OutputConstructor', output, rule);
    this.assign(pass, rule, reading);
    pass.set('Next', next);
    this.comment(pass);
  }

  /** Sets Retry and Catch. */
  recover(state: YamlMap, stateName: string, source: MapNode): void {
    setRecovery(state, source, {
      outcome: this.outcome,
      failNames: this.context.failNames,
      data: this.data,
      entry: (name) => this.#helpers.entry(name),
      usesWhole: (at) => this.#whole(at),
      assign: (rule, next) => {
        const reading = { ...this.reading(stateName, member(INPUT, 'error')), known: new Map() };
        const name = this.names.fresh(`${stateName}: assign`);
        this.writeAssign(name, next, rule, reading, member(INPUT, 'output'));
        return name;
      },
    });
    const caught = field(source, 'Catch');
    for (const rule of caught?.kind === 'list' ? caught.items : []) {
      if (rule.kind === 'map' && rule.entries.has('Next')) this.target(rule, 'Next');
    }
  }

  /** Sets the target after the state, or its end. */
  leave(state: YamlMap, source: MapNode): void {
    const end = field(source, 'End');
    const ends = end?.kind === 'scalar' && end.value === true;
    if (ends && source.entries.has('Next')) this.outcome.refuse(end, 'a state has "Next" or "End", not both');
    if (ends) state.set('End', true);
    else state.set('Next', this.target(source, 'Next') ?? '');
    this.comment(state);
  }

  /** Moves the comments so far to the state. */
  comment(state: YamlMap): void {
    state.comments.push(...this.outcome.takeComments());
  }

  /** Returns the name of a state of this scope; refuses other names. */
  target(holder: MapNode, key: string): string | null {
    const name = textField(holder, key);
    if (name !== null && this.#targets.has(name)) return this.#helpers.entry(name);
    const node = field(holder, key);
    if (node === undefined) this.outcome.refuse(holder, `"${key}" is missing`);
    else this.outcome.refuse(node, `${key} names ${quote(name ?? '')}, but no state of ${this.#what} has that name`);
    return null;
  }

  /** Returns `StartAt` and `States` of a scope inside a state; `shared` if it is that of items that run at once. */
  inner(scope: Node, what: string, begin: Term | null, shared = false): YamlMap {
    if (scope.kind === 'map') {
      const context = { ...this.context, variables: this.context.variables.inner(scope, shared) };
      return context.convertScope(context, scope, what, begin === null ? null : { kind: 'value', value: begin });
    }
    this.outcome.refuse(scope, `${what} must be a mapping, but is ${describe(scope)}`);
    return new YamlMap();
  }
}
