/** Converts the foreach step (rules.md 10.8) to a Map. An item is the input of the step, together with the element. */
import { printExpression } from '../../expression/print.ts';
import { mapOf } from '../constructors.ts';
import type { Term } from '../terms.ts';
import { EMPTY, follow, INPUT, member, merge, object, OUTPUT, variable } from '../terms.ts';
import type { Yaml } from '../yaml-text.ts';
import { YamlMap } from '../yaml-text.ts';
import type { Draft } from './drafts.ts';
import { noteWhole } from './drafts.ts';
import { beginning, carryingFrame } from './frame.ts';
import type { IterationEnd } from './iterations.ts';
import { iterationEnd } from './iterations.ts';
import { NO_KEYS } from './keys.ts';
import { field, textField } from './model.ts';
import { INNER, rebased } from './rebase.ts';
import type { At, ScopeWriter } from './scope-writer.ts';
import { mergeLocal } from './values.ts';

const ITEMS = member(OUTPUT, 'Items');
const ITEM = variable('$Item');
const INDEX = member(member(variable('$Context'), 'Current'), 'ItemIndex');

export function writeForeach(writer: ScopeWriter, at: At): void {
  const { context } = writer;
  const { step, values } = at;
  const [steps = []] = step.lists;
  const mapping = field(step.node, 'iterationMapping');
  const collection = mapping?.kind === 'map' ? field(mapping, 'collection') : undefined;
  const items = collection === undefined ? null : values.bare(collection);
  if (mapping?.kind !== 'map' || collection === undefined || items === null) {
    context.outcome.refuse(collection ?? step.node, 'the collection must be a path');
    return;
  }
  const index = textField(mapping, 'index');
  const element: [string, Term][] = [[textField(mapping, 'item') ?? '', ITEM]];
  if (index !== null) element.push([index, INDEX]);
  const input = merge(values.input, object(element));
  const frame = carryingFrame(input, { hasOuter: false, isGiven: true });
  const end = iterationEnd(context.outcome, step, context.finder.of(steps).end ?? NO_KEYS);
  const comments = context.outcome.takeComments();
  const constructor = mapOf(beginning(frame, input, null));
  const fields: [string, Yaml][] = [
    ['ItemsPath', printExpression(items)],
    ['ItemConstructor', constructor ?? new YamlMap()],
    ['Processor', context.convertScope(context, { steps, frame, final: end.final })],
  ];
  if (end.picks.length === 0) writeCollected(writer, at, fields, end, comments);
  else writePicked(writer, at, fields, end, comments);
}

type Comments = readonly string[];

/** The outputs of the iterations are the value that the step needs. */
function writeCollected(
  writer: ScopeWriter,
  at: At,
  fields: Draft['fields'],
  end: IterationEnd,
  comments: Comments,
): void {
  const { name, step, scope, values, next } = at;
  const known = new Map(end.known);
  for (const mapping of end.part?.mappings ?? []) known.set(mapping, ITEMS);
  const output = step.outputs === null ? EMPTY : values.mapped(step.outputs, ITEMS, known);
  const local = mergeLocal(values.local, values.keys, output);
  writer.draft('Map', name, step, { fields, output: scope.frame.build(local), local, next, comments });
}

/** The step needs several parts of the outputs of the iterations. A Map for each part picks it. */
function writePicked(
  writer: ScopeWriter,
  at: At,
  fields: Draft['fields'],
  end: IterationEnd,
  comments: Comments,
): void {
  const { name, step, scope, values, next } = at;
  const names = end.picks.map(() => writer.names.fresh(`${step.name}: pick`));
  const first = object([
    ['data', INPUT],
    ['items', ITEMS],
  ]);
  writer.draft('Map', name, step, { fields, output: first, next: names[0] as string, comments });
  const known = new Map(end.known);
  let carried = first;
  for (const [i, { segments, mappings }] of end.picks.entries()) {
    const part = `part${i}`;
    const isLast = i === end.picks.length - 1;
    for (const mapping of mappings) known.set(mapping, isLast ? ITEMS : member(INNER, part));
    const own: Draft['fields'] = [
      ['ItemsPath', '$Input.items'],
      ['Processor', picker(printExpression(follow(INPUT, segments)))],
    ];
    if (isLast) {
      const output = values.mapped(step.outputs ?? [], member(INNER, 'items'), known);
      const local = rebased(mergeLocal(values.local, values.keys, output), member(INPUT, 'data'));
      const data = rebased(scope.frame.build(mergeLocal(values.local, values.keys, output)), member(INPUT, 'data'));
      writer.draft('Map', names[i] as string, step, { fields: own, output: data, local, next });
      continue;
    }
    carried = object([...carried.members.map(({ key }) => [key, member(INPUT, key)] as const), [part, ITEMS]]);
    writer.draft('Map', names[i] as string, step, { fields: own, output: carried, next: names[i + 1] as string });
  }
  noteWhole(writer.context.outcome, step.node.offset);
}

/** A processor whose output is one part of its item. */
function picker(expression: string): YamlMap {
  const pick = new YamlMap().set('Type', 'Succeed').set('Name', 'Pick').set('OutputConstructor.$', expression);
  return new YamlMap().set('StartAt', 'Pick').set('States', [pick]);
}
