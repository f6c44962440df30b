/** Writes the states in front of a state or behind it that compute values for it (projections.ts). */
import { printExpression } from '../../expression/print.ts';
import type { Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { follow, INPUT, member, object, OUTPUT } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import type { MachineContext } from './machine-context.ts';
import type { Projection } from './projections.ts';
import { CLOCK, clockNote } from './stubs.ts';

/** The part of a scope's writer that the helpers need. */
export interface HelperWriter {
  readonly outcome: Outcome;
  readonly context: MachineContext;
  begin(type: string, name: string, source: null): YamlMap;
  construct(state: YamlMap, key: string, value: Term, at: Node): void;
  comment(state: YamlMap): void;
}

/** The data of the state that follows the helpers, and the values that they have computed, by the text of their paths. */
export interface Helped {
  readonly data: Term;
  readonly known: ReadonlyMap<string, Term>;
}

/** One state that computes a value. */
export type Step =
  | { readonly kind: 'projection'; readonly projection: Projection; list(helped: Helped): Term }
  | { readonly kind: 'time'; readonly path: string; readonly node: Node };

/** A chain of helpers: a step each, with the name of its state. */
export interface Chain {
  readonly steps: readonly Step[];
  readonly names: readonly string[];
}

/** Writes the chain before the state `next`. `data` is the data of its first state, and `carried` other members of its input. */
export function writeChain(
  writer: HelperWriter,
  { steps, names }: Chain,
  next: string,
  data: Term,
  carried: readonly string[],
): Helped {
  const members: string[] = [...carried];
  const known = new Map<string, Term>();
  let helped: Helped = { data, known };
  for (const [i, step] of steps.entries()) {
    const name = names[i] as string;
    const isTime = step.kind === 'time';
    const at = isTime ? step.node : step.projection.node;
    const state = isTime
      ? writeClock(writer, name, step.node)
      : writeProjection(writer, name, step.projection, step.list(helped));
    const passed = members.map((each) => [each, member(INPUT, each)] as const);
    const value = `value${i}`;
    const output = object([['input', helped.data], ...passed, [value, member(OUTPUT, isTime ? 'Body' : 'Items')]]);
    writer.construct(state, 'OutputConstructor', output, at);
    state.set('Next', names[i + 1] ?? next);
    writer.comment(state);
    members.push(value);
    known.set(isTime ? step.path : step.projection.text, member(INPUT, value));
    helped = { data: member(INPUT, 'input'), known };
  }
  return helped;
}

function writeProjection(writer: HelperWriter, name: string, { text, part, node }: Projection, list: Term): YamlMap {
  writer.outcome.note(
    node,
    `a Map of its own computes ${text}; an item without this value gives null, and the original leaves it out`,
  );
  const state = writer.begin('Map', name, null).set('ItemsPath', printExpression(list));
  const item = new YamlMap().set('Type', 'Pass').set('Name', 'Item');
  writer.construct(item, 'OutputConstructor', follow(INPUT, part), node);
  return state.set('Processor', new YamlMap().set('StartAt', 'Item').set('States', [item.set('End', true)]));
}

/** Writes a Task that asks a function for the time. */
export function writeClock(writer: HelperWriter, name: string, node: Node): YamlMap {
  const clock = writer.context.functions.nameOf(CLOCK, CLOCK);
  writer.outcome.note(node, clockNote(clock));
  const parameters = new YamlMap()
    .set('resourceArn', `acs:fc:::functions/${clock}/LATEST`)
    .set('invocationType', 'Sync')
    .set('body', new YamlMap());
  return writer.begin('Task', name, null).set('Action', 'FC:InvokeFunction').set('Parameters', parameters);
}
