/**
 * The 29 documented actions of API version 2019-03-15 (api.md 3) and our own extensions (docs/extensions.md), with what is
 * built and what a policy is checked against. An action outside this table does not exist; one inside it that is not built is answered with
 * `ActionNotSupported` and a sentence that says so. `operations/all.ts` is held to the column `built` by a test.
 */
export interface ActionEntry {
  readonly built: boolean;
  /** True for an action that the cloud does not have. A policy names it like any other: `fnf:RedriveExecution`. */
  readonly extension?: true;
  /**
   * What a policy names (wire.md 12.2): `flow` is `flow/{value of flowParameter}`, `flows` is `flow/*`, `none` is an
   * action that needs no authorization.
   */
  readonly resource: 'flow' | 'flows' | 'none';
  /** The parameter that holds the flow's name. */
  readonly flowParameter: 'Name' | 'FlowName' | null;
}

const FLOW_BY_NAME = { resource: 'flow', flowParameter: 'Name' } as const;
const FLOW_BY_FLOW_NAME = { resource: 'flow', flowParameter: 'FlowName' } as const;
const ALL_FLOWS = { resource: 'flows', flowParameter: null } as const;

export const ACTIONS = {
  CreateFlow: { built: true, ...ALL_FLOWS },
  DescribeFlow: { built: true, ...FLOW_BY_NAME },
  UpdateFlow: { built: true, ...FLOW_BY_NAME },
  DeleteFlow: { built: true, ...FLOW_BY_NAME },
  ListFlows: { built: true, ...ALL_FLOWS },
  PublishFlowVersion: { built: true, ...FLOW_BY_FLOW_NAME },
  ListFlowVersions: { built: true, ...FLOW_BY_FLOW_NAME },
  DeleteFlowVersion: { built: true, ...FLOW_BY_FLOW_NAME },
  CreateFlowAlias: { built: true, ...FLOW_BY_FLOW_NAME },
  DescribeFlowAlias: { built: true, ...FLOW_BY_FLOW_NAME },
  UpdateFlowAlias: { built: true, ...FLOW_BY_FLOW_NAME },
  DeleteFlowAlias: { built: true, ...FLOW_BY_FLOW_NAME },
  ListFlowAliases: { built: true, ...FLOW_BY_FLOW_NAME },
  StartExecution: { built: true, ...FLOW_BY_FLOW_NAME },
  StartSyncExecution: { built: true, ...FLOW_BY_FLOW_NAME },
  StopExecution: { built: true, ...FLOW_BY_FLOW_NAME },
  DescribeExecution: { built: true, ...FLOW_BY_FLOW_NAME },
  ListExecutions: { built: true, ...FLOW_BY_FLOW_NAME },
  GetExecutionHistory: { built: true, ...FLOW_BY_FLOW_NAME },
  DescribeMapRun: { built: false, ...FLOW_BY_FLOW_NAME },
  UpdateMapRun: { built: false, ...FLOW_BY_FLOW_NAME },
  // The flow is known only to the token, so the policy names all of them.
  ReportTaskSucceeded: { built: true, ...ALL_FLOWS },
  ReportTaskFailed: { built: true, ...ALL_FLOWS },
  CreateSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  DescribeSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  UpdateSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  DeleteSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  ListSchedules: { built: false, ...FLOW_BY_FLOW_NAME },
  DescribeRegions: { built: true, resource: 'none', flowParameter: null },
  DescribeExecutionWaits: { built: true, extension: true, ...FLOW_BY_FLOW_NAME },
  RedriveExecution: { built: true, extension: true, ...FLOW_BY_FLOW_NAME },
  // Messages are of no flow, and may hold the task tokens of any.
  ListMessages: { built: true, extension: true, ...ALL_FLOWS },
} as const satisfies Record<string, ActionEntry>;

export type ActionName = keyof typeof ACTIONS;

/** The entry of an action, or undefined for one that the API does not have. Names are case-sensitive. */
export function actionEntry(action: string): ActionEntry | undefined {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action as ActionName] : undefined;
}

/** The last part of the resource name of a call, after `acs:fnf:{region}:{account}:`; `*` where none is checked. */
export function actionResource(action: ActionName, parameters: ReadonlyMap<string, string>): string {
  const entry: ActionEntry = ACTIONS[action];
  if (entry.resource === 'none') return '*';
  if (entry.resource === 'flows' || entry.flowParameter === null) return 'flow/*';
  return `flow/${parameters.get(entry.flowParameter) ?? ''}`;
}
