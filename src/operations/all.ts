/** Every operation by its action. A test compares them with the contracts that say `built`. */
import { checkDefinition } from './definitions/check-definition.ts';
import { convertDefinition } from './definitions/convert-definition.ts';
import { createFlowAlias } from './versions/create-flow-alias.ts';
import { createFlow } from './flows/create-flow.ts';
import { deleteFlowAlias } from './versions/delete-flow-alias.ts';
import { deleteFlowVersion } from './versions/delete-flow-version.ts';
import { deleteFlow } from './flows/delete-flow.ts';
import { describeExecutionWaits } from './executions/describe-execution-waits.ts';
import { describeExecution } from './executions/describe-execution.ts';
import { describeFlowAlias } from './versions/describe-flow-alias.ts';
import { describeFlow } from './flows/describe-flow.ts';
import { describeLanguage } from './definitions/describe-language.ts';
import { describeRegions } from './regions/describe-regions.ts';
import { getExecutionHistory } from './executions/get-execution-history.ts';
import { listExecutions } from './executions/list-executions.ts';
import { listFlowAliases } from './versions/list-flow-aliases.ts';
import { listFlowVersions } from './versions/list-flow-versions.ts';
import { listFlows } from './flows/list-flows.ts';
import { describeMapRun } from './map-runs/describe-map-run.ts';
import { updateMapRun } from './map-runs/update-map-run.ts';
import { listMessages } from './messages/list-messages.ts';
import { listNodes } from './nodes/list-nodes.ts';
import type { Operation } from './operation.ts';
import { describeSystem } from './overviews/describe-system.ts';
import { searchExecutions } from './overviews/search-executions.ts';
import { summarizeFlows } from './overviews/summarize-flows.ts';
import { publishFlowVersion } from './versions/publish-flow-version.ts';
import { redriveExecution } from './executions/redrive-execution.ts';
import { reportTaskFailed } from './tasks/report-task-failed.ts';
import { reportTaskSucceeded } from './tasks/report-task-succeeded.ts';
import { createSchedule } from './schedules/create-schedule.ts';
import { deleteSchedule } from './schedules/delete-schedule.ts';
import { describeSchedule } from './schedules/describe-schedule.ts';
import { listSchedules } from './schedules/list-schedules.ts';
import { updateSchedule } from './schedules/update-schedule.ts';
import type { OperationServices } from './services.ts';
import { startExecution } from './executions/start-execution.ts';
import { startSyncExecution } from './executions/start-sync-execution.ts';
import { stopExecution } from './executions/stop-execution.ts';
import { updateFlowAlias } from './versions/update-flow-alias.ts';
import { updateFlow } from './flows/update-flow.ts';

export const OPERATIONS: ReadonlyMap<string, Operation<OperationServices>> = new Map(
  [
    createFlow,
    describeFlow,
    updateFlow,
    deleteFlow,
    listFlows,
    publishFlowVersion,
    listFlowVersions,
    deleteFlowVersion,
    createFlowAlias,
    describeFlowAlias,
    updateFlowAlias,
    deleteFlowAlias,
    listFlowAliases,
    startExecution,
    startSyncExecution,
    stopExecution,
    describeExecution,
    listExecutions,
    getExecutionHistory,
    reportTaskSucceeded,
    reportTaskFailed,
    describeExecutionWaits,
    redriveExecution,
    describeMapRun,
    updateMapRun,
    listMessages,
    listNodes,
    searchExecutions,
    summarizeFlows,
    describeSystem,
    createSchedule,
    describeSchedule,
    updateSchedule,
    deleteSchedule,
    listSchedules,
    describeRegions,
    checkDefinition,
    convertDefinition,
    describeLanguage,
  ].map((operation) => [operation.action, operation]),
);
