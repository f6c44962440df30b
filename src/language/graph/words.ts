/** The words about a state in a graph: what it does, in a line that fits into a box. */
import { beginning } from '../../base/text.ts';
import type { JsonValue } from '../../base/json.ts';
import type { Recipe, StateDraft } from '../shared/recipe.ts';

/** Characters of a condition, an expression or a list of errors. */
const LABEL = 80;

export interface Words {
  readonly summary: string;
  readonly value: string;
}

export function wordsOf(state: StateDraft): Words {
  switch (state.type) {
    case 'Task': {
      const value = short([state.action, targetOf(state)].filter((part) => part !== '').join(' '));
      return { value, summary: state.mode === 'RequestComplete' ? value : `${value}, ${state.mode}` };
    }
    case 'Wait':
      return waitWords(state);
    case 'Choice':
    case 'Switch':
      return counted(state.branches.length, 'condition', 'conditions');
    case 'Parallel':
      return counted(state.branches.length, 'branch', 'branches');
    case 'Map': {
      const value = itemsOf(state);
      return { value, summary: `Map over ${value}` };
    }
    case 'Fail':
      return same(short(state.code ?? state.detail ?? ''));
    case 'Pass':
    case 'Succeed':
      return same('');
  }
}

function waitWords({ seconds, until }: Extract<StateDraft, { readonly type: 'Wait' }>): Words {
  if (until !== null) {
    const value = typeof until === 'string' ? short(until) : expressionText(until);
    return { value, summary: `until ${value}` };
  }
  if (typeof seconds === 'number') return same(`${seconds} s`);
  return same(seconds === null ? '' : expressionText(seconds));
}

function itemsOf({ items, distributed }: Extract<StateDraft, { readonly type: 'Map' }>): string {
  if (items !== null) return expressionText(items);
  const reader = distributed?.reader ?? null;
  if (reader === null) return '';
  const resource = reader.resource === 'getObject' ? 'OSS:GetObject' : 'OSS:ListObjects';
  return reader.inputType === null ? resource : `${resource} ${reader.inputType}`;
}

/** The literal name of the flow or function that a task calls; empty for a computed one, and for tasks that call neither. */
function targetOf({ parameters }: Extract<StateDraft, { readonly type: 'Task' }>): string {
  const arn = literalMember(parameters, 'resourceArn') ?? literalMember(parameters, 'FlowName');
  if (typeof arn !== 'string') return '';
  return /^acs:(?:fnf:.*:flow\/|fc:.*functions\/)(.+)$/.exec(arn)?.[1] ?? '';
}

/** A member of the object that a recipe builds, if it holds no expression. */
function literalMember({ form }: Recipe, key: string): JsonValue | undefined {
  if (form.kind === 'object') {
    const part = form.members.find(([name]) => name === key)?.[1];
    return part !== undefined && 'value' in part ? part.value : undefined;
  }
  if (form.kind !== 'construct' || !('value' in form.part)) return undefined;
  const object = form.part.value as Readonly<Record<string, JsonValue>> | null;
  return typeof object === 'object' && object !== null && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The text of an expression, on one line; `true` or `false` for a condition that is one. */
export function expressionText({ form }: Recipe): string {
  if (form.kind === 'expression') return short(form.text);
  return form.kind === 'always' ? 'true' : 'false';
}

/** A text on one line that fits. */
export function short(text: string): string {
  // A text of a megabyte need not be searched for white space.
  return beginning(
    beginning(text, 4 * LABEL)
      .trim()
      .replace(/\s+/g, ' '),
    LABEL - 1,
  );
}

function counted(count: number, one: string, many: string): Words {
  return { value: String(count), summary: `${count} ${count === 1 ? one : many}` };
}

function same(text: string): Words {
  return { summary: text, value: text };
}
