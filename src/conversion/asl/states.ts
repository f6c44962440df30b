/** Converts the states of one scope: the machine, a branch or the processor of a Map. */
import { TASK_TIMEOUT_SECONDS } from '../../language/limits.ts';
import type { MapEntry, MapNode, Node } from '../../language/text/document.ts';
import { describe, quote, textOf, toJson } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { mapOf, setConstructor } from '../constructors.ts';
import { BRANCHES_MAX, CONCURRENCY_MAX, TASK_TIMEOUT_REDUCED } from '../limits.ts';
import { Names } from '../names.ts';
import { taskFault } from '../probe.ts';
import type { Outcome } from '../outcome.ts';
import { constant, INPUT, list, member, OUTPUT, same, variable } from '../terms.ts';
import type { Term } from '../terms.ts';
import { splitWait, WAIT_COMPUTED, waitSplit, waitTooLong } from '../waits.ts';
import type { Yaml } from '../yaml-text.ts';
import { YamlMap } from '../yaml-text.ts';
import { readRule } from './choice.ts';
import type { Reading } from './data.ts';
import {
  placeResult,
  readExpression,
  readInput,
  readOptionalTemplate,
  readReferencePath,
  readTemplate,
} from './data.ts';
import { checkFields, field, knownType, numberField, textField } from './fields.ts';
import { catchesWithInput, setRecovery } from './retry-and-catch.ts';
import { convertResource, waitsForToken } from './tasks.ts';

export interface MachineContext {
  readonly outcome: Outcome;
  readonly machineName: string;
}

/** Returns `StartAt` and `States` of a scope. With `begin`, an additional first state makes this value of the scope's input. */
export function convertScope(
  context: MachineContext,
  scope: MapNode,
  what: string,
  begin: Term | null = null,
): YamlMap {
  return new ScopeConverter(context, scope, what).convert(begin);
}

class ScopeConverter {
  readonly #context: MachineContext;
  readonly #outcome: Outcome;
  readonly #scope: MapNode;
  readonly #what: string;
  readonly #written: YamlMap[] = [];
  readonly #entries: readonly MapEntry[];
  readonly #names: Names;

  constructor(context: MachineContext, scope: MapNode, what: string) {
    this.#context = context;
    this.#outcome = context.outcome;
    this.#scope = scope;
    this.#what = what;
    const states = field(scope, 'States');
    this.#entries = states?.kind === 'map' ? [...states.entries.values()] : [];
    if (states?.kind !== 'map' || this.#entries.length === 0) {
      this.#outcome.refuse(states ?? scope, `${what} needs "States", a mapping from names to states`);
    }
    this.#names = new Names(this.#entries.map(({ key }) => key));
  }

  convert(begin: Term | null): YamlMap {
    const start = this.#target(this.#scope, 'StartAt') ?? '';
    let first = start;
    if (begin !== null) {
      first = this.#names.fresh('Begin');
      const pass = this.#begin('Pass', first, null);
      this.#construct(pass, 'OutputConstructor', begin, this.#scope);
      pass.set('Next', start);
    }
    for (const entry of this.#entries) this.#state(entry);
    return new YamlMap().set('StartAt', first).set('States', this.#written);
  }

  #state({ key, keyOffset, value }: MapEntry): void {
    if (key === '') this.#outcome.refuse(keyOffset, 'a state needs a name');
    if (value.kind !== 'map') {
      this.#outcome.refuse(value, `state ${quote(key)} must be a mapping, but is ${describe(value)}`);
      return;
    }
    const type = textField(value, 'Type') ?? '';
    if (!knownType(type)) {
      this.#outcome.refuse(field(value, 'Type') ?? value, `state ${quote(key)} has the unknown Type ${quote(type)}`);
      return;
    }
    checkFields(this.#outcome, type, value);
    switch (type) {
      case 'Pass':
        this.#pass(key, value);
        break;
      case 'Task':
        this.#task(key, value);
        break;
      case 'Wait':
        this.#wait(key, value);
        break;
      case 'Choice':
        this.#choice(key, value);
        break;
      case 'Parallel':
        this.#parallel(key, value);
        break;
      case 'Map':
        this.#map(key, value);
        break;
      case 'Succeed':
        this.#succeed(key, value);
        break;
      case 'Fail':
        this.#fail(key, value);
        break;
    }
  }

  #pass(name: string, source: MapNode): void {
    const state = this.#begin('Pass', name, source);
    const reading = this.#reading(name, INPUT);
    const result = field(source, 'Result');
    const value = result === undefined ? readInput(reading, source) : constant(toJson(result));
    this.#finish(state, source, reading, value, INPUT);
    this.#leave(state, source);
  }

  #task(name: string, source: MapNode): void {
    const resource = field(source, 'Resource');
    const arn = resource === undefined ? null : textOf(resource);
    if (resource === undefined || arn === null) {
      this.#outcome.refuse(resource ?? source, `the Task ${quote(name)} needs a "Resource"`);
      return;
    }
    const reading = this.#reading(name, INPUT);
    const input = readInput({ ...reading, token: waitsForToken(arn) }, source);
    const task = convertResource(this.#outcome, arn, resource, input);
    if (task === null) return;
    const call: [string, Yaml][] = [
      ['Action', task.action],
      ['TaskMode', task.mode],
      ['Parameters', mapOf(task.parameters) ?? new YamlMap()],
    ];
    const fault = taskFault(call);
    if (fault !== null) this.#outcome.refuse(resource, fault);
    const state = this.#begin('Task', name, source);
    for (const [key, value] of call) if (value !== 'RequestComplete') state.set(key, value);
    setTaskTimeout(state, source, reading);
    this.#finish(state, source, reading, selected(reading, source, task.result), OUTPUT);
    this.#recover(state, source);
    this.#leave(state, source);
  }

  #wait(name: string, source: MapNode): void {
    const reading = this.#reading(name, INPUT);
    for (const key of ['Timestamp', 'TimestampPath']) {
      const node = field(source, key);
      if (node === undefined) continue;
      this.#outcome.refuse(
        node,
        `a Wait until a time ("${key}") has no equivalent; compute the seconds in a task and use "SecondsPath"`,
      );
      return;
    }
    const path = field(source, 'SecondsPath');
    if (path !== undefined) {
      this.#outcome.note(path, WAIT_COMPUTED);
      const state = this.#begin('Wait', name, source);
      state.set('Seconds.$', printExpression(readExpression(reading, path)));
      this.#finishWait(state, source, reading);
      return;
    }
    const node = field(source, 'Seconds');
    const seconds = numberField(source, 'Seconds');
    if (node === undefined || seconds === null || seconds < 0 || !Number.isInteger(seconds)) {
      this.#outcome.refuse(node ?? source, `the Wait ${quote(name)} needs whole "Seconds"`);
      return;
    }
    this.#waits(name, source, reading, node, seconds);
  }

  #waits(name: string, source: MapNode, reading: Reading, node: Node, seconds: number): void {
    const parts = splitWait(seconds);
    if (parts === null) {
      this.#outcome.refuse(node, waitTooLong(seconds));
      return;
    }
    if (parts.length > 1) this.#outcome.note(node, waitSplit(parts));
    const last = parts.pop();
    let at = name;
    for (const part of parts) {
      const state = this.#begin('Wait', at, at === name ? source : null).set('Seconds', part);
      this.#comment(state);
      at = this.#names.fresh(name);
      state.set('Next', at);
    }
    const state = this.#begin(last === undefined ? 'Pass' : 'Wait', at, at === name ? source : null);
    if (last !== undefined) state.set('Seconds', last);
    this.#finishWait(state, source, reading);
  }

  #finishWait(state: YamlMap, source: MapNode, reading: Reading): void {
    this.#finish(state, source, reading, readReferencePath(reading, field(source, 'InputPath')), INPUT);
    this.#leave(state, source);
  }

  #choice(name: string, source: MapNode): void {
    const output = field(source, 'OutputPath');
    if (output !== undefined && textOf(output) !== '$') {
      this.#outcome.refuse(
        output,
        'OutputPath of a Choice has no equivalent; use InputPath in the states after the Choice',
      );
    }
    const state = this.#begin('Choice', name, source);
    const reading = this.#reading(name, INPUT);
    const input = readReferencePath(reading, field(source, 'InputPath'));
    if (!same(input, INPUT)) this.#construct(state, 'InputConstructor', input, source);
    const rules = field(source, 'Choices');
    if (rules?.kind !== 'list' || rules.items.length === 0) {
      this.#outcome.refuse(rules ?? source, `the Choice ${quote(name)} needs "Choices"`);
      return;
    }
    const branches = rules.items.map((rule) => {
      const next = rule.kind === 'map' ? this.#target(rule, 'Next') : null;
      return new YamlMap().set('Condition', printExpression(readRule(reading, rule))).set('Next', next ?? '');
    });
    state.set('Branches', branches);
    if (source.entries.has('Default')) {
      state.set('Default', this.#target(source, 'Default') ?? '');
    } else {
      const none = this.#names.fresh(`${name}: no choice matched`);
      state.set('Default', none);
      this.#comment(state);
      this.#begin('Fail', none, null)
        .set('Code', 'States.NoChoiceMatched')
        .set('Detail', `No rule of the Choice ${name} matched.`);
    }
    this.#comment(state);
  }

  #parallel(name: string, source: MapNode): void {
    const state = this.#begin('Parallel', name, source);
    const reading = this.#reading(name, INPUT);
    const input = readInput(reading, source);
    const scopes = field(source, 'Branches');
    if (scopes?.kind !== 'list' || scopes.items.length === 0 || scopes.items.length > BRANCHES_MAX) {
      this.#outcome.refuse(scopes ?? source, `the Parallel ${quote(name)} needs 1 to ${BRANCHES_MAX} "Branches"`);
      return;
    }
    // An InputConstructor replaces the input. If the input is needed later, each branch makes its own input instead.
    const needsInput = source.entries.has('ResultPath') || catchesWithInput(this.#outcome, source);
    const begin = same(input, INPUT) || !needsInput ? null : input;
    if (begin === null && !same(input, INPUT)) this.#construct(state, 'InputConstructor', input, source);
    this.#comment(state);
    state.set(
      'Branches',
      scopes.items.map((branch, i) => this.#inner(branch, `branch ${i} of ${quote(name)}`, begin)),
    );
    const outputs = scopes.items.map((_, i) => member(OUTPUT, `Branch${i}`));
    this.#finish(state, source, reading, selected(reading, source, list(outputs)), OUTPUT);
    this.#recover(state, source);
    this.#leave(state, source);
  }

  #inner(scope: Node, what: string, begin: Term | null): YamlMap {
    if (scope.kind === 'map') return convertScope(this.#context, scope, what, begin);
    this.#outcome.refuse(scope, `${what} must be a mapping, but is ${describe(scope)}`);
    return new YamlMap();
  }

  #map(name: string, source: MapNode): void {
    const state = this.#begin('Map', name, source);
    const reading = this.#reading(name, INPUT);
    const input = readReferencePath(reading, field(source, 'InputPath'));
    const ofInput = { ...reading, root: input };
    state.set('ItemsPath', printExpression(readReferencePath(ofInput, field(source, 'ItemsPath'))));
    const selector = field(source, 'ItemSelector') ?? field(source, 'Parameters');
    const item = variable('$Item');
    if (selector !== undefined) {
      this.#construct(state, 'ItemConstructor', readTemplate({ ...ofInput, item }, selector), selector);
    }
    this.#concurrency(state, source);
    const processor = field(source, 'ItemProcessor') ?? field(source, 'Iterator');
    if (processor === undefined) this.#outcome.refuse(source, `the Map ${quote(name)} needs an "ItemProcessor"`);
    else if (isInline(this.#outcome, processor)) {
      this.#comment(state);
      state.set('Processor', this.#inner(processor, `the processor of ${quote(name)}`, null));
    }
    this.#finish(state, source, reading, selected(reading, source, member(OUTPUT, 'Items')), OUTPUT);
    this.#recover(state, source);
    this.#leave(state, source);
  }

  #concurrency(state: YamlMap, source: MapNode): void {
    const most = numberField(source, 'MaxConcurrency') ?? 0;
    if (!Number.isInteger(most) || most < 0) {
      this.#outcome.refuse(source, 'MaxConcurrency must be a whole number');
    } else if (most > CONCURRENCY_MAX) {
      this.#outcome.note(
        field(source, 'MaxConcurrency') as Node,
        `a Map runs ${CONCURRENCY_MAX} items at once at most; the others wait`,
      );
    } else if (most > 0) {
      state.set('MaxConcurrency', most);
    }
  }

  #succeed(name: string, source: MapNode): void {
    const state = this.#begin('Succeed', name, source);
    const reading = this.#reading(name, INPUT);
    this.#finish(state, source, reading, readReferencePath(reading, field(source, 'InputPath')), INPUT);
    this.#comment(state);
  }

  #fail(name: string, source: MapNode): void {
    const state = this.#begin('Fail', name, source);
    for (const key of ['ErrorPath', 'CausePath']) {
      const node = field(source, key);
      if (node !== undefined)
        this.#outcome.refuse(node, `${key} has no equivalent: Code and Detail of a Fail are constants`);
    }
    const error = textField(source, 'Error');
    const cause = textField(source, 'Cause');
    if (error !== null && error !== '') state.set('Code', error);
    else this.#outcome.note(source, 'a Fail without "Error" has the error FnF.Fail here');
    if (cause !== null && cause !== '') state.set('Detail', cause);
    this.#comment(state);
  }

  /** Adds the next state, with the fields that all states have. */
  #begin(type: string, name: string, source: MapNode | null): YamlMap {
    const state = new YamlMap().set('Type', type).set('Name', name);
    const comment = source === null ? null : textField(source, 'Comment');
    if (comment !== null && comment !== '') state.set('Description', comment);
    this.#written.push(state);
    return state;
  }

  #reading(stateName: string, root: Term): Reading {
    return {
      outcome: this.#outcome,
      root,
      stateName,
      machineName: this.#context.machineName,
      token: false,
      item: null,
    };
  }

  /** Applies ResultPath and OutputPath. `raw` is the output of the state without a constructor. */
  #finish(state: YamlMap, source: MapNode, reading: Reading, result: Term, raw: Term): void {
    const placed = placeResult(this.#outcome, INPUT, result, field(source, 'ResultPath'));
    const output = readReferencePath({ ...reading, root: placed }, field(source, 'OutputPath'));
    if (!same(output, raw)) this.#construct(state, 'OutputConstructor', output, source);
  }

  #construct(state: YamlMap, key: string, value: Term, at: Node): void {
    if (setConstructor(state, key, value)) this.#whole(at);
  }

  #whole(at: Node): void {
    this.#outcome.noteOnce(
      at,
      'values with unknown keys use "OutputConstructor.$" and similar keys, which Millrace supports and the cloud does not',
    );
  }

  #recover(state: YamlMap, source: MapNode): void {
    setRecovery(this.#outcome, state, source, (at) => this.#whole(at));
    const caught = field(source, 'Catch');
    for (const rule of caught?.kind === 'list' ? caught.items : []) {
      if (rule.kind === 'map' && rule.entries.has('Next')) this.#target(rule, 'Next');
    }
  }

  #leave(state: YamlMap, source: MapNode): void {
    const end = field(source, 'End');
    if (end?.kind === 'scalar' && end.value === true) state.set('End', true);
    else state.set('Next', this.#target(source, 'Next') ?? '');
    this.#comment(state);
  }

  #comment(state: YamlMap): void {
    state.comments.push(...this.#outcome.takeComments());
  }

  /** Returns the name of a state of this scope; refuses other names. */
  #target(holder: MapNode, key: string): string | null {
    const name = textField(holder, key);
    if (name !== null && this.#entries.some((entry) => entry.key === name)) return name;
    const node = field(holder, key);
    if (node === undefined) this.#outcome.refuse(holder, `"${key}" is missing`);
    else this.#outcome.refuse(node, `${key} names ${quote(name ?? '')}, but no state of ${this.#what} has that name`);
    return null;
  }
}

/** Returns the result after the ResultSelector. */
function selected(reading: Reading, source: MapNode, result: Term): Term {
  return readOptionalTemplate({ ...reading, root: result }, source, 'ResultSelector');
}

function setTaskTimeout(state: YamlMap, source: MapNode, reading: Reading): void {
  const path = field(source, 'TimeoutSecondsPath');
  if (path !== undefined) state.set('Timeout.$', printExpression(readExpression(reading, path)));
  const node = field(source, 'TimeoutSeconds');
  if (node === undefined) return;
  const seconds = numberField(source, 'TimeoutSeconds');
  if (seconds === null || seconds < 0) reading.outcome.refuse(node, 'TimeoutSeconds must be a number of seconds');
  else if (seconds > TASK_TIMEOUT_SECONDS) {
    reading.outcome.note(node, TASK_TIMEOUT_REDUCED);
  }
  state.set('Timeout', Math.min(seconds ?? 0, TASK_TIMEOUT_SECONDS));
}

function isInline(outcome: Outcome, processor: Node): boolean {
  const config = processor.kind === 'map' ? field(processor, 'ProcessorConfig') : undefined;
  if (config?.kind !== 'map' || textField(config, 'Mode') !== 'DISTRIBUTED') return true;
  outcome.refuse(config, 'a distributed Map cannot be converted; use an inline Map (Mode INLINE)');
  return false;
}
