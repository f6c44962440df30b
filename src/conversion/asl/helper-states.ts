/** Writes the states in front of a state or behind it that compute values for it (projections.ts). */
import { printExpression } from '../../expression/print.ts';
import type { Node } from '../../language/text/document.ts';
import { setMember } from '../constructors.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { follow, INPUT, member, object, OUTPUT } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import type { MachineContext } from './machine-context.ts';
import type { Projection } from './projections.ts';
import type { ComputingFunction } from './stubs.ts';
import { computingFunction } from './stubs.ts';

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
  | {
      readonly kind: 'function';
      readonly name: ComputingFunction;
      /** The text of the path whose value the function gives. */
      readonly path: string;
      readonly node: Node;
      event(helped: Helped): Term;
    };

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
    const isCall = step.kind === 'function';
    const at = isCall ? step.node : step.projection.node;
    const state = isCall
      ? writeComputing(writer, name, step.name, step.node, step.event(helped))
      : writeProjection(writer, name, step.projection, step.list(helped));
    const passed = members.map((each) => [each, member(INPUT, each)] as const);
    const value = `value${i}`;
    const output = object([['input', helped.data], ...passed, [value, member(OUTPUT, isCall ? 'Body' : 'Items')]]);
    writer.construct(state, 'OutputConstructor', output, at);
    state.set('Next', names[i + 1] ?? next);
    writer.comment(state);
    members.push(value);
    known.set(isCall ? step.path : step.projection.text, member(INPUT, value));
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

/** Writes a Task that asks a function for a value; with `isJob`, the function may take a long time. */
export function writeComputing(
  writer: HelperWriter,
  stateName: string,
  name: ComputingFunction,
  node: Node,
  event: Term,
  isJob = false,
): YamlMap {
  const parameters = new YamlMap()
    .set('resourceArn', computingFunction(writer.context, name, node))
    .set('invocationType', isJob ? 'Async' : 'Sync');
  setMember(parameters, 'body', event);
  const state = writer.begin('Task', stateName, null).set('Action', 'FC:InvokeFunction');
  if (isJob) state.set('TaskMode', 'WaitForSystemCallback');
  return state.set('Parameters', parameters);
}
