/**
 * The Error Output: the object that a Catch of Amazon States Language passes to its next state. In the original, the `Cause`
 * of a failed function is the JSON text of its error, and that of a failed child execution the JSON text of the execution.
 * Here the detail of an error is a bare text, so the Cause is made from it. Errors of the engine and of services have a bare
 * text in both.
 */
import type { MapNode, Node } from '../../language/text/document.ts';
import type { Term } from '../terms.ts';
import { call, choose, compare, list, literal, logic, member, object, variable } from '../terms.ts';
import { field, textField } from './fields.ts';

const ERROR = member(member(variable('$Context'), 'Current'), 'Error');
const CODE = member(ERROR, 'Code');
const DETAIL = member(ERROR, 'Detail');

/** Errors that do not come from the code of a function. */
const NOT_OF_FUNCTION = '^(?:FnF|FNF|HTTP)[.]|^FC[.](?:[A-EG-Z]|FunctionNotFound)';
/** Errors of a child's start, and of a task that did not end in time. */
const NOT_OF_CHILD = '^FNF[.]|^FnF[.]TaskTimeout$';

/** The kinds of callees that a state calls, also from the states inside it. */
interface Callees {
  functions: boolean;
  children: boolean;
}

/** Returns the Error Output of a state for a rule with these errors. `failNames`: the errors of all Fail states. */
export function errorOutput(source: MapNode, errors: readonly string[], failNames: ReadonlySet<string>): Term {
  const callees = { functions: false, children: false };
  addCallees(source, callees);
  if (callees.children && !callees.functions) return ofChild(errors);
  const isTask = textField(source, 'Type') === 'Task';
  const cause = callees.functions ? ofFunction(errors, isTask ? [] : ['States.NoChoiceMatched', ...failNames]) : DETAIL;
  return object([
    ['Error', CODE],
    ['Cause', cause],
  ]);
}

/** Returns the Cause of an error that is none of a function, if it is one of `bareNames` or matches the pattern. */
function ofFunction(errors: readonly string[], bareNames: readonly string[]): Term {
  const pattern = call('regexMatchString', CODE, literal(NOT_OF_FUNCTION));
  const named = call('arrayContains', list(bareNames.map(literal)), CODE);
  const isBare = bareNames.length === 0 ? pattern : logic('or', [pattern, named]);
  const error = object([
    ['errorMessage', DETAIL],
    ['errorType', CODE],
  ]);
  const decided = allOrNone(errors, (each) => new RegExp(NOT_OF_FUNCTION).test(each) || bareNames.includes(each));
  return chosen(decided, isBare, DETAIL, call('jsonToString', error));
}

/** Whether the test holds for all errors of a rule; null if that depends on the error. */
function allOrNone(errors: readonly string[], test: (error: string) => boolean): boolean | null {
  if (errors.includes('FnF.ALL')) return null;
  const results = new Set(errors.map(test));
  return results.size === 1 ? results.has(true) : null;
}

function chosen(decided: boolean | null, condition: Term, yes: Term, no: Term): Term {
  return decided === null ? choose(condition, yes, no) : decided ? yes : no;
}

function ofChild(errors: readonly string[]): Term {
  const decided = allOrNone(errors, (each) => new RegExp(NOT_OF_CHILD).test(each));
  const isBare = call('regexMatchString', CODE, literal(NOT_OF_CHILD));
  const execution = object([
    ['Error', CODE],
    ['Cause', DETAIL],
    ['Status', choose(compare(CODE, '==', literal('FnF.ExecutionTimeout')), literal('TIMED_OUT'), literal('FAILED'))],
  ]);
  return object([
    ['Error', chosen(decided, isBare, CODE, literal('States.TaskFailed'))],
    ['Cause', chosen(decided, isBare, DETAIL, call('jsonToString', execution))],
  ]);
}

/** Adds the callees of a state and of the states inside it. */
function addCallees(state: MapNode, callees: Callees): void {
  if (textField(state, 'Type') === 'Task') {
    const resource = textField(state, 'Resource') ?? '';
    if (/:states:startExecution\.sync/.test(resource)) callees.children = true;
    // Failures of other services, and those that are reported with a token, have a bare text.
    else if (!/:(?:http:invoke|states:startExecution)|\.waitForTaskToken$/.test(resource)) callees.functions = true;
    return;
  }
  const branches = field(state, 'Branches');
  const scopes: readonly (Node | undefined)[] = [
    ...(branches?.kind === 'list' ? branches.items : []),
    field(state, 'ItemProcessor'),
    field(state, 'Iterator'),
  ];
  for (const scope of scopes) {
    const states = scope?.kind === 'map' ? field(scope, 'States') : undefined;
    if (states?.kind !== 'map') continue;
    for (const { value } of states.entries.values()) if (value.kind === 'map') addCallees(value, callees);
  }
}

/** Returns the errors of the Fail states of a scope and of the scopes inside it. */
export function failNamesOf(scope: Node, names = new Set<string>()): ReadonlySet<string> {
  if (scope.kind === 'scalar') return names;
  const values = scope.kind === 'list' ? scope.items : [...scope.entries.values()].map(({ value }) => value);
  for (const value of values) failNamesOf(value, names);
  if (scope.kind === 'map' && textField(scope, 'Type') === 'Fail') {
    const error = textField(scope, 'Error');
    if (error !== null) names.add(error);
  }
  return names;
}
