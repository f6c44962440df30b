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
  'States.ExceedToleratedFailureThreshold': { names: [], differs: 'this error does not exist here' },
  'States.ItemReaderFailed': { names: [], differs: 'this error does not exist here' },
  'States.ResultWriterFailed': { names: [], differs: 'this error does not exist here' },
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
};

/** The names that are not those of one error, but of many or of none. */
const OF_MANY = new Set(['States.ALL', 'States.TaskFailed', 'States.BranchFailed']);

/** Returns the names here of an error that a condition names; empty if it has the same name. */
export function namesHere(name: string): readonly string[] {
  if (OF_MANY.has(name)) return [];
  return equivalentOf(name)?.names ?? [];
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

/** Returns the equivalents of the errors of a rule; empty if there are none. */
export function errorNames(
  outcome: Outcome,
  written: readonly { readonly name: string; readonly node: Node }[],
): string[] {
  const names = new Set<string>();
  for (const { name, node } of written) {
    const equivalent = equivalentOf(name);
    if (equivalent === undefined) {
      if (name.startsWith('Lambda.'))
        outcome.note(node, `${name} is copied, but the errors of functions have other names here (FC.…)`);
      names.add(name);
      continue;
    }
    if (equivalent.differs !== null) outcome.note(node, `${name}: ${equivalent.differs}`);
    for (const each of equivalent.names) names.add(each);
  }
  return [...names];
}

function equivalentOf(name: string): Equivalent | undefined {
  return Object.hasOwn(EQUIVALENTS, name) ? EQUIVALENTS[name] : undefined;
}
