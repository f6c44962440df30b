/** DescribeMapRun (rules.md 5.19): the state of a run of a distributed Map after its last commit. */
import { defineOperation } from '../operation.ts';
import { mapRunReply } from './replies.ts';

export const describeMapRun = defineOperation(
  'DescribeMapRun',
  async ({ executions }, { FlowName: flowName, ExecutionName: executionName, MapRunName: name }) =>
    mapRunReply(await executions.mapRun(flowName, executionName, name), executionName),
);
