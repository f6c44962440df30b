/** Converts a Choice. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { INPUT, same } from '../terms.ts';
import type { Term } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import { readRule } from './choice.ts';
import type { Reading } from './data.ts';
import { readReferencePath } from './data.ts';
import { field } from './fields.ts';
import type { Facts } from './rule.ts';
import type { ScopeWriter } from './scope-writer.ts';
import { assignments } from './variables.ts';

export function writeChoice(writer: ScopeWriter, name: string, source: MapNode): void {
  const state = writer.begin('Choice', name, source);
  const reading = writer.reading(name, INPUT);
  const input = readReferencePath(reading, field(source, 'InputPath'));
  if (!same(input, INPUT)) writer.construct(state, 'InputConstructor', input, source);
  const rules = field(source, 'Choices');
  if (rules?.kind !== 'list' || rules.items.length === 0) {
    writer.outcome.refuse(rules ?? source, `the Choice ${quote(name)} needs "Choices"`);
    return;
  }
  const output = readReferencePath(reading, field(source, 'OutputPath'));
  const behind = new PassesBehind(writer, name, reading, output);
  const { branches, missing } = readRules(behind, reading, rules.items);
  state.set('Branches', branches);
  if (source.entries.has('Default')) {
    state.set('Default', behind.next(source, 'Default'));
  } else {
    state.set('Default', writeNoMatch(writer, state, name));
  }
  writer.comment(state);
  if (missing !== null) {
    writer
      .begin('Fail', missing, null)
      .set('Code', 'FnF.RuntimeError')
      .set('Detail', `A path in the rules of the Choice ${name} leads to no value.`);
  }
  behind.write();
}

/** Writes the Fail for a Choice without Default and returns its name. */
function writeNoMatch(writer: ScopeWriter, state: YamlMap, name: string): string {
  const none = writer.names.fresh(`${name}: no choice matched`);
  writer.comment(state);
  writer
    .begin('Fail', none, null)
    .set('Code', 'States.NoChoiceMatched')
    .set('Detail', `No rule of the Choice ${name} matched.`);
  return none;
}

/** The Passes behind a Choice, which assign the variables of rules and apply its OutputPath. */
class PassesBehind {
  readonly writer: ScopeWriter;
  readonly stateName: string;
  readonly #reading: Reading;
  readonly #output: Term;
  readonly #writes: (() => void)[] = [];

  constructor(writer: ScopeWriter, stateName: string, reading: Reading, output: Term) {
    this.writer = writer;
    this.stateName = stateName;
    this.#reading = reading;
    this.#output = output;
  }

  /** Returns the state that `key` of a rule names, or a Pass in front of it if that has to do something. */
  next(holder: MapNode, key: string): string {
    const next = this.writer.target(holder, key) ?? '';
    const assigns = assignments(holder).length > 0;
    if (!assigns && same(this.#output, INPUT)) return next;
    const pass = this.writer.names.fresh(`${this.stateName}: ${assigns ? 'assign' : 'output'}`);
    this.#writes.push(() => this.writer.writeAssign(pass, next, holder, this.#reading, this.#output));
    return pass;
  }

  write(): void {
    for (const write of this.#writes) write();
  }
}

/**
 * The original fails with States.Runtime if a rule reads a path without a value, so a branch before the rule leads to a Fail.
 * `missing` is the name for it, or null if there is no such branch.
 */
function readRules(
  behind: PassesBehind,
  reading: Reading,
  rules: readonly Node[],
): { readonly branches: YamlMap[]; readonly missing: string | null } {
  const branches: YamlMap[] = [];
  let missing: string | null = null;
  let known: Facts = new Set();
  for (const node of rules) {
    const next = node.kind === 'map' ? behind.next(node, 'Next') : '';
    const rule = readRule(reading, node, known);
    if (rule.missing !== null) {
      missing ??= behind.writer.names.fresh(`${behind.stateName}: a value is missing`);
      branches.push(new YamlMap().set('Condition', printExpression(rule.missing)).set('Next', missing));
    }
    branches.push(new YamlMap().set('Condition', printExpression(rule.condition)).set('Next', next));
    known = rule.ifFalse;
  }
  return { branches, missing };
}
