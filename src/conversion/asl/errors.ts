/** Converts names of errors. */
import type { Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';

interface Equivalent {
  readonly names: readonly string[];
  /** The difference; null for none. */
  readonly differs: string | null;
}

const EQUIVALENTS: Readonly<Record<string, Equivalent>> = {
  'States.ALL': { names: ['FnF.ALL'], differs: null },
  'States.NoChoiceMatched': { names: ['States.NoChoiceMatched'], differs: null },
  'States.Http.Socket': { names: ['HTTP.Timeout', 'HTTP.ConnectionFailed'], differs: null },
  'States.QueryEvaluationError': { names: [], differs: 'this error does not exist here' },
  'States.Timeout': { names: ['FnF.TaskTimeout'], differs: null },
  'States.HeartbeatTimeout': {
    names: ['FnF.TaskTimeout'],
    differs: 'tasks have no heartbeats here; only the Timeout ends a task',
  },
  'States.TaskFailed': { names: ['FnF.ALL'], differs: 'FnF.ALL replaces it, which matches timeouts too' },
  'States.Runtime': { names: ['FnF.RuntimeError'], differs: null },
  'States.ParameterPathFailure': {
    names: ['FnF.RuntimeError'],
    differs: 'here a path to a missing value is null, not an error',
  },
  'States.ResultPathMatchFailure': { names: ['FnF.RuntimeError'], differs: null },
  'States.IntrinsicFailure': { names: ['FnF.RuntimeError'], differs: null },
  'States.DataLimitExceeded': { names: ['FnF.DataLimitExceeded'], differs: null },
  'States.ExceedToleratedFailureThreshold': { names: ['FnF.ExceedToleratedFailureThreshold'], differs: null },
  'States.ItemReaderFailed': { names: ['FnF.ItemReaderFailed'], differs: null },
  'States.ResultWriterFailed': { names: ['FnF.ResultWriterFailed'], differs: null },
  'States.Permissions': {
    names: [],
    differs: 'the error of a refused call depends on the service, for example FC.AccessDenied',
  },
  'States.BranchFailed': {
    names: ['FnF.ALL'],
    differs: 'a Parallel fails with the error of its branch, so FnF.ALL replaces it',
  },
  'Lambda.TooManyRequestsException': { names: ['FC.ResourceThrottled', 'FC.ResourceExhausted'], differs: null },
  'Lambda.ServiceException': { names: ['FC.InternalServerError'], differs: null },
  'Lambda.AWSLambdaException': { names: ['FC.InternalServerError'], differs: null },
  'Lambda.SdkClientException': { names: ['FC.Unknown'], differs: null },
  'Lambda.ClientExecutionTimeoutException': { names: ['FC.Unknown'], differs: null },
  'Lambda.Unknown': { names: ['FC.Unknown'], differs: null },
  'Lambda.ResourceNotFoundException': { names: ['FC.FunctionNotFound'], differs: null },
  'Lambda.InvalidParameterValueException': { names: ['FC.InvalidArgument'], differs: null },
  'Lambda.InvalidRequestContentException': { names: ['FC.InvalidArgument'], differs: null },
  'StepFunctions.ExecutionAlreadyExistsException': { names: ['FNF.ExecutionAlreadyExists'], differs: null },
  'StepFunctions.ExecutionLimitExceededException': { names: ['FNF.ResourceThrottled'], differs: null },
  'StepFunctions.StateMachineDoesNotExistException': { names: ['FNF.FlowNotExists'], differs: null },
  'StepFunctions.InvalidExecutionInputException': { names: ['FNF.InvalidArgument'], differs: null },
};

/** Errors whose name has the status of an answer. */
const STATUS = /^States\.Http\.StatusCode\.(\d{3})$/;

/** The names that are not those of one error, but of many or of none. */
const OF_MANY = new Set(['States.ALL', 'States.TaskFailed', 'States.BranchFailed']);

/** Returns the names here of an error that a condition names; empty if it has the same name. */
export function namesHere(name: string): readonly string[] {
  if (OF_MANY.has(name)) return [];
  return (equivalentOf(name)?.names ?? []).filter((each) => each !== name);
}

/** Returns the names here of all errors that a pattern such as `States.*` matches. */
export function namesLike(pattern: string, expression: RegExp): string[] {
  if (!/^(?:States|Lambda)\./.test(pattern)) return [];
  return [
    ...new Set(
      Object.keys(EQUIVALENTS)
        .filter((name) => expression.test(name))
        .flatMap(namesHere),
    ),
  ];
}

/**
 * Returns the equivalents of the errors of a rule; empty if there are none. `failNames` are the errors of all Fail states: they
 * have the same names here.
 */
export function errorNames(
  outcome: Outcome,
  written: readonly { readonly name: string; readonly node: Node }[],
  failNames: ReadonlySet<string>,
): string[] {
  const names = new Set<string>();
  for (const { name, node } of written) {
    if (failNames.has(name)) names.add(name);
    const equivalent = equivalentOf(name);
    if (equivalent === undefined) {
      const differs = differenceOf(name);
      if (differs !== null && !failNames.has(name)) outcome.note(node, `${name} is copied, but ${differs}`);
      names.add(name);
      continue;
    }
    if (name === 'States.ALL') outcome.noteOnce(node, ALL_DIFFERS);
    if (equivalent.differs !== null) outcome.note(node, `${name}: ${equivalent.differs}`);
    for (const each of equivalent.names) names.add(each);
  }
  return [...names];
}

const ALL_DIFFERS =
  'FnF.ALL also matches FnF.RuntimeError and FnF.DataLimitExceeded; States.ALL does not match States.Runtime and States.DataLimitExceeded';

/** Returns why an error whose name is copied may not occur; null if it is a name that the author of a function chose. */
function differenceOf(name: string): string | null {
  if (/^(?:Lambda|Sandbox|Runtime)\./.test(name)) return 'the errors of functions have other names here (FC.…)';
  if (name.startsWith('States.')) return 'no error has this name here';
  const isService = /^[A-Z][A-Za-z0-9]*\.[A-Z]\w*(?:Exception|Error|Fault)$/.test(name);
  return isService ? 'it matches only if a function fails with this name; services have other errors here' : null;
}

function equivalentOf(name: string): Equivalent | undefined {
  const status = STATUS.exec(name)?.[1];
  if (status !== undefined) {
    return {
      names: [`HTTP.${status}`],
      differs: `HTTP.${status} replaces it, with which a task fails only if the setting http.errorStatuses has ${status}`,
    };
  }
  return Object.hasOwn(EQUIVALENTS, name) ? EQUIVALENTS[name] : undefined;
}
