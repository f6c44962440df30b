/** The context object (`$$`) of Amazon States Language as `$Context`. */
import type { Segment } from '../../expression/ast.ts';
import type { Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { follow, literal, member, object, variable } from '../terms.ts';
import { Unconvertible } from './intrinsics.ts';

const CONTEXT = variable('$Context');
const CURRENT = member(CONTEXT, 'Current');
const EXECUTION = member(CONTEXT, 'Execution');

/** The parts of the context object that one field can read. */
export interface ContextView {
  readonly outcome: Outcome;
  readonly stateName: string;
  readonly machineName: string;
  /** True if the field can read the token of the task. */
  readonly token: boolean;
  /** The value of `$$.Execution.StartTime`; null if there is none. */
  readonly startTime: Term | null;
  /** The value of `$$.Map.Item.Value`; null if the field cannot read it. */
  readonly item: Term | null;
}

/** The ARN of the flow, which StartExecution accepts as a target. */
export function flowArn(name: string): string {
  return `acs:fnf:::flow/${name}`;
}

interface Member {
  value(view: ContextView): Term | null;
  /** The difference; absent: none. */
  readonly differs?: string;
  /** Why the value is null. */
  refusal?(text: string): string;
}

const ID = '$$.Execution.Id is the name of the execution here, not an ARN';

function withoutEquivalent(text: string): string {
  return `${text} has no equivalent in the context object of a state machine`;
}

const MEMBERS: Readonly<Record<string, Member>> = {
  'Execution.Id': { value: () => member(EXECUTION, 'Name'), differs: ID },
  'Execution.Input': { value: () => member(EXECUTION, 'Input') },
  'Execution.Name': { value: () => member(EXECUTION, 'Name') },
  'Execution.RoleArn': { value: () => member(EXECUTION, 'RoleArn') },
  'Execution.StartTime': {
    value: ({ startTime }) => startTime,
    refusal: (text) =>
      `${withoutEquivalent(text)}, which has no times; pass the time in the input of the execution, or convert with --stub`,
  },
  'Execution.RedriveCount': { value: () => null },
  'Execution.RedriveTime': { value: () => null },
  'State.EnteredTime': {
    value: () => null,
    refusal: (text) =>
      `${withoutEquivalent(text)}, which has no times; let a task in front of the state return it, or convert with --stub`,
  },
  'State.Name': { value: ({ stateName }) => literal(stateName) },
  'State.RetryCount': { value: () => member(CURRENT, 'RetryCount') },
  'StateMachine.Id': {
    value: ({ machineName }) => literal(flowArn(machineName)),
    differs: '$$.StateMachine.Id is the ARN of the flow here',
  },
  'StateMachine.Name': { value: ({ machineName }) => literal(machineName) },
  'Task.Token': {
    value: ({ token }) => (token ? member(CURRENT, 'TaskToken') : null),
    refusal: (text) => `only Parameters of a callback task can read ${text}`,
  },
};

/** Returns the value of a path of the context object. @throws {Unconvertible} */
export function contextValue(view: ContextView, segments: readonly Segment[], text: string, node: Node): Term {
  const names = segments.map((segment) => (segment.kind === 'name' ? segment.name : ''));
  const [group = '', name = ''] = names;
  if (group === 'Map') return itemValue(view, segments, names, text);
  if (segments.length < 2) return wholeGroup(view, group, text, node);
  const found = Object.hasOwn(MEMBERS, `${group}.${name}`) ? MEMBERS[`${group}.${name}`] : undefined;
  const value = found?.value(view) ?? null;
  if (found === undefined || value === null) {
    throw new Unconvertible(found?.refusal?.(text) ?? withoutEquivalent(text));
  }
  if (found.differs !== undefined) view.outcome.noteOnce(node, found.differs);
  return follow(value, segments.slice(2));
}

function itemValue(view: ContextView, segments: readonly Segment[], names: readonly string[], text: string): Term {
  if (names[1] === 'Item') {
    if (names[2] === 'Index') return member(CURRENT, 'ItemIndex');
    if (view.item !== null && names[2] === 'Value') return follow(view.item, segments.slice(3));
    if (view.item !== null && names.length === 2) {
      return object([
        ['Index', member(CURRENT, 'ItemIndex')],
        ['Value', view.item],
      ]);
    }
    if (names[2] === 'Value') throw new Unconvertible(`only the ItemSelector of a Map can read ${text}`);
  }
  throw new Unconvertible(withoutEquivalent(text));
}

/** `$$`, `$$.Execution`, `$$.State`, `$$.StateMachine`, `$$.Task`: the object of the members that exist here. */
function wholeGroup(view: ContextView, group: string, text: string, node: Node): Term {
  const groups = new Map<string, [string, Term][]>();
  for (const [path, { value }] of Object.entries(MEMBERS)) {
    const [holder = '', name = ''] = path.split('.');
    const term = value(view);
    if (term === null || (group !== '' && group !== holder)) continue;
    const members = groups.get(holder) ?? [];
    groups.set(holder, [...members, [name, term]]);
  }
  if (groups.size === 0) {
    throw new Unconvertible(withoutEquivalent(text));
  }
  view.outcome.note(node, `${text} has no times here, and ids are names; read the members that the flow needs`);
  const objects = [...groups].map(([name, members]) => [name, object(members)] as const);
  return group === '' ? object(objects) : (objects[0]?.[1] as Term);
}
