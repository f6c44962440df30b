/** Converts a Choice. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote, textOf } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { INPUT, same } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import { readRule } from './choice.ts';
import type { Reading } from './data.ts';
import { readReferencePath } from './data.ts';
import { field } from './fields.ts';
import type { Facts } from './rule.ts';
import type { ScopeWriter } from './scope-writer.ts';
import { assignments } from './variables.ts';

export function writeChoice(writer: ScopeWriter, name: string, source: MapNode): void {
  const output = field(source, 'OutputPath');
  if (output !== undefined && textOf(output) !== '$') {
    writer.outcome.refuse(
      output,
      'OutputPath of a Choice has no equivalent; use InputPath in the states after the Choice',
    );
  }
  const state = writer.begin('Choice', name, source);
  const reading = writer.reading(name, INPUT);
  const input = readReferencePath(reading, field(source, 'InputPath'));
  if (!same(input, INPUT)) writer.construct(state, 'InputConstructor', input, source);
  const rules = field(source, 'Choices');
  if (rules?.kind !== 'list' || rules.items.length === 0) {
    writer.outcome.refuse(rules ?? source, `the Choice ${quote(name)} needs "Choices"`);
    return;
  }
  const assigning = new AssigningPasses(writer, name, reading);
  const { branches, missing } = readRules(assigning, reading, rules.items);
  state.set('Branches', branches);
  if (source.entries.has('Default')) {
    state.set('Default', assigning.next(source, 'Default'));
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
  assigning.write();
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

/** The Passes that assign the variables of rules, behind a Choice. */
class AssigningPasses {
  readonly writer: ScopeWriter;
  readonly stateName: string;
  readonly #reading: Reading;
  readonly #writes: (() => void)[] = [];

  constructor(writer: ScopeWriter, stateName: string, reading: Reading) {
    this.writer = writer;
    this.stateName = stateName;
    this.#reading = reading;
  }

  /** Returns the state that `key` of a rule names, or a Pass in front of it if the rule assigns variables. */
  next(holder: MapNode, key: string): string {
    const next = this.writer.target(holder, key) ?? '';
    if (assignments(holder).length === 0) return next;
    const pass = this.writer.names.fresh(`${this.stateName}: assign`);
    this.#writes.push(() => this.writer.writeAssign(pass, next, holder, this.#reading, INPUT));
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
  assigning: AssigningPasses,
  reading: Reading,
  rules: readonly Node[],
): { readonly branches: YamlMap[]; readonly missing: string | null } {
  const branches: YamlMap[] = [];
  let missing: string | null = null;
  let known: Facts = new Set();
  for (const node of rules) {
    const next = node.kind === 'map' ? assigning.next(node, 'Next') : '';
    const rule = readRule(reading, node, known);
    if (rule.missing !== null) {
      missing ??= assigning.writer.names.fresh(`${assigning.stateName}: a value is missing`);
      branches.push(new YamlMap().set('Condition', printExpression(rule.missing)).set('Next', missing));
    }
    branches.push(new YamlMap().set('Condition', printExpression(rule.condition)).set('Next', next));
    known = rule.ifFalse;
  }
  return { branches, missing };
}
