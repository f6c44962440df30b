/** Every operation by its action. `api/actions.ts` lists the same ones as built; a test holds the two together. */
import { createFlowAlias } from './versions/create-flow-alias.ts';
import { createFlow } from './flows/create-flow.ts';
import { deleteFlowAlias } from './versions/delete-flow-alias.ts';
import { deleteFlowVersion } from './versions/delete-flow-version.ts';
import { deleteFlow } from './flows/delete-flow.ts';
import { describeExecutionWaits } from './executions/describe-execution-waits.ts';
import { describeExecution } from './executions/describe-execution.ts';
import { describeFlowAlias } from './versions/describe-flow-alias.ts';
import { describeFlow } from './flows/describe-flow.ts';
import { describeRegions } from './regions/describe-regions.ts';
import { getExecutionHistory } from './executions/get-execution-history.ts';
import { listExecutions } from './executions/list-executions.ts';
import { listFlowAliases } from './versions/list-flow-aliases.ts';
import { listFlowVersions } from './versions/list-flow-versions.ts';
import { listFlows } from './flows/list-flows.ts';
import { listMessages } from './messages/list-messages.ts';
import type { Operation } from './operation.ts';
import { publishFlowVersion } from './versions/publish-flow-version.ts';
import { redriveExecution } from './executions/redrive-execution.ts';
import { reportTaskFailed } from './tasks/report-task-failed.ts';
import { reportTaskSucceeded } from './tasks/report-task-succeeded.ts';
import type { OperationServices } from './services.ts';
import { startExecution } from './executions/start-execution.ts';
import { startSyncExecution } from './executions/start-sync-execution.ts';
import { stopExecution } from './executions/stop-execution.ts';
import { updateFlowAlias } from './versions/update-flow-alias.ts';
import { updateFlow } from './flows/update-flow.ts';

export const OPERATIONS: ReadonlyMap<string, Operation<OperationServices>> = new Map(
  [
    limited(createFlow),
    limited(describeFlow),
    limited(updateFlow),
    limited(deleteFlow),
    limited(listFlows),
    limited(publishFlowVersion),
    limited(listFlowVersions),
    limited(deleteFlowVersion),
    limited(createFlowAlias),
    limited(describeFlowAlias),
    limited(updateFlowAlias),
    limited(deleteFlowAlias),
    limited(listFlowAliases),
    limited(startExecution),
    // Has a rate of its own, which the runtime keeps.
    startSyncExecution,
    limited(stopExecution),
    limited(describeExecution),
    limited(listExecutions),
    limited(getExecutionHistory),
    limited(reportTaskSucceeded),
    limited(reportTaskFailed),
    limited(describeExecutionWaits),
    limited(redriveExecution),
    limited(listMessages),
    limited(describeRegions),
  ].map((operation) => [operation.action, operation]),
);

function limited(operation: Operation<OperationServices>): Operation<OperationServices> {
  return {
    ...operation,
    async run(services, request) {
      services.rate.admit(operation.action);
      return operation.run(services, request);
    },
  };
}
