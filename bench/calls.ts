/** The calls that the load generator makes, with a part of the answer that shows success. */
import { INPUT } from './flows.ts';
import type { Call } from './load.ts';

const SUCCEEDED = '"Status":"Succeeded"';

/** Runs an Express flow; a bare server gives another answer. */
export function startSync(flow: string, expect = SUCCEEDED): Call {
  return { action: 'StartSyncExecution', form: { FlowName: flow, Input: INPUT }, expect };
}

/** Starts a Standard flow and waits for the end of the execution. */
export function startAndWait(flow: string): readonly Call[] {
  const names = { FlowName: flow, ExecutionName: 'execution-{n}' };
  return [
    { action: 'StartExecution', form: { ...names, Input: INPUT }, expect: '"Status":' },
    { action: 'DescribeExecution', form: { ...names, WaitTimeSeconds: '60' }, expect: SUCCEEDED },
  ];
}
