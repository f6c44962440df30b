/** A task of the original, and what it becomes. */
import { isJsonArray, isJsonObject } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { cut } from '../../base/text.ts';
import type { Node } from '../../language/text/document.ts';
import { constantOf, literal, member } from '../terms.ts';
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

/**
 * Returns a parameter that names a function or a flow. In a template of a deployment a mapping can be in its place: `Fn::GetAtt:
 * [Name, Arn]` becomes the placeholder `${Name.Arn}`.
 */
export function namingParameter(input: Term, key: string): Term {
  const term = member(input, key);
  const value = term.kind === 'object' ? constantOf(term) : undefined;
  const text = value === undefined ? null : templateText(value);
  return text === null ? term : literal(text);
}

/** Returns the text for `Ref`, `Fn::GetAtt` and `Fn::Sub`; null for any other value. */
export function templateText(value: JsonValue): string | null {
  if (!isJsonObject(value)) return null;
  const [[key, named] = ['', null], ...others] = Object.entries(value);
  if (others.length > 0) return null;
  if (key === 'Fn::Sub') return textIn(isJsonArray(named) ? (named[0] ?? null) : named);
  if (key !== 'Ref' && key !== 'Fn::GetAtt') return null;
  const parts = isJsonArray(named) ? named : [named];
  return parts.every((part) => typeof part === 'string') ? `\${${parts.join('.')}}` : null;
}

function textIn(value: JsonValue): string | null {
  return typeof value === 'string' ? value : null;
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
