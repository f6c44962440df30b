/** Names of errors of Amazon States Language → those of the state-machine language. */
import type { Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';

interface Equivalent {
  readonly names: readonly string[];
  /** What is not the same; null when nothing is. */
  readonly differs: string | null;
}

const EQUIVALENTS: Readonly<Record<string, Equivalent>> = {
  'States.ALL': { names: ['FnF.ALL'], differs: null },
  'States.Timeout': { names: ['FnF.TaskTimeout'], differs: null },
  'States.HeartbeatTimeout': {
    names: ['FnF.TaskTimeout'],
    differs: 'there are no heartbeats: only the Timeout of the task ends it',
  },
  'States.TaskFailed': { names: ['FnF.ALL'], differs: 'FnF.ALL takes its place, which matches timeouts too' },
  'States.Runtime': { names: ['FnF.RuntimeError'], differs: null },
  'States.ParameterPathFailure': {
    names: ['FnF.RuntimeError'],
    differs: 'a path that leads nowhere is null here, and no error',
  },
  'States.ResultPathMatchFailure': { names: ['FnF.RuntimeError'], differs: null },
  'States.IntrinsicFailure': { names: ['FnF.RuntimeError'], differs: null },
  'States.DataLimitExceeded': { names: ['FnF.DataLimitExceeded'], differs: null },
  'States.ExceedToleratedFailureThreshold': { names: [], differs: 'there is no such error here' },
  'States.ItemReaderFailed': { names: [], differs: 'there is no such error here' },
  'States.ResultWriterFailed': { names: [], differs: 'there is no such error here' },
  'States.Permissions': {
    names: [],
    differs: 'a refusal has the error of the service that refuses, such as FC.AccessDenied',
  },
  'States.BranchFailed': {
    names: ['FnF.ALL'],
    differs: 'a Parallel fails with the error of its branch; FnF.ALL takes its place',
  },
  'Lambda.TooManyRequestsException': { names: ['FC.ResourceThrottled', 'FC.ResourceExhausted'], differs: null },
  'Lambda.ServiceException': { names: ['FC.InternalServerError'], differs: null },
  'Lambda.AWSLambdaException': { names: ['FC.InternalServerError'], differs: null },
  'Lambda.SdkClientException': { names: ['FC.Unknown'], differs: null },
  'Lambda.ClientExecutionTimeoutException': { names: ['FC.Unknown'], differs: null },
  'Lambda.Unknown': { names: ['FC.Unknown'], differs: null },
  'Lambda.ResourceNotFoundException': { names: ['FC.FunctionNotFound'], differs: null },
};

/** The names under which the errors of a rule are known here; empty when none of them exists. */
export function errorNames(
  outcome: Outcome,
  written: readonly { readonly name: string; readonly node: Node }[],
): string[] {
  const names = new Set<string>();
  for (const { name, node } of written) {
    const equivalent = Object.hasOwn(EQUIVALENTS, name) ? EQUIVALENTS[name] : undefined;
    if (equivalent === undefined) {
      if (name.startsWith('Lambda.'))
        outcome.note(node, `${name} is kept, but functions here fail with names of their own (FC.…)`);
      names.add(name);
      continue;
    }
    if (equivalent.differs !== null) outcome.note(node, `${name}: ${equivalent.differs}`);
    for (const each of equivalent.names) names.add(each);
  }
  return [...names];
}
