/** A task of the original, and what it becomes. */
import { cut } from '../../base/text.ts';
import type { Node } from '../../language/text/document.ts';
import type { Term } from '../terms.ts';
import type { MachineContext } from './machine-context.ts';

/** A task with the parts that its resource decides about. */
export interface TaskSource {
  readonly context: MachineContext;
  readonly stateName: string;
  /** Where the resource is in the text. */
  readonly node: Node;
  /** The input of the task after its Parameters. */
  readonly input: Term;
  /** True if the task waits for a report with its token. */
  readonly waits: boolean;
}

export interface ConvertedTask {
  readonly action: string;
  readonly mode: 'RequestComplete' | 'WaitForSystemCallback' | 'WaitForCustomCallback';
  readonly parameters: Term;
  /** The task's result in the original, made from the result of the action. */
  readonly result: Term;
}

/** Adds notes for parameters without an equivalent. */
export function noteDropped({ context, node, input }: TaskSource, known: readonly string[]): void {
  if (input.kind !== 'object') return;
  for (const { key } of input.members) {
    if (known.includes(key)) continue;
    context.outcome.note(node, `the parameter ${shown(key)} has no equivalent and is left out`);
  }
}

/** A text of the definition in a note, cut if it is long. */
export function shown(text: string): string {
  return JSON.stringify(cut(text, 80));
}
