/**
 * The 29 documented actions of API version 2019-03-15 (api.md 3), with what is built and what a policy is checked
 * against. An action outside this table does not exist; one inside it that is not built is answered with
 * `ActionNotSupported` and a sentence that says so. `operations/all.ts` is held to the column `built` by a test.
 */
export interface ActionEntry {
  readonly built: boolean;
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
  PublishFlowVersion: { built: false, ...FLOW_BY_FLOW_NAME },
  ListFlowVersions: { built: false, ...FLOW_BY_FLOW_NAME },
  DeleteFlowVersion: { built: false, ...FLOW_BY_FLOW_NAME },
  CreateFlowAlias: { built: false, ...FLOW_BY_FLOW_NAME },
  DescribeFlowAlias: { built: false, ...FLOW_BY_FLOW_NAME },
  UpdateFlowAlias: { built: false, ...FLOW_BY_FLOW_NAME },
  DeleteFlowAlias: { built: false, ...FLOW_BY_FLOW_NAME },
  ListFlowAliases: { built: false, ...FLOW_BY_FLOW_NAME },
  StartExecution: { built: false, ...FLOW_BY_FLOW_NAME },
  StartSyncExecution: { built: true, ...FLOW_BY_FLOW_NAME },
  StopExecution: { built: false, ...FLOW_BY_FLOW_NAME },
  DescribeExecution: { built: false, ...FLOW_BY_FLOW_NAME },
  ListExecutions: { built: false, ...FLOW_BY_FLOW_NAME },
  GetExecutionHistory: { built: false, ...FLOW_BY_FLOW_NAME },
  DescribeMapRun: { built: false, ...FLOW_BY_FLOW_NAME },
  UpdateMapRun: { built: false, ...FLOW_BY_FLOW_NAME },
  // The flow is known only to the token, so the policy names all of them.
  ReportTaskSucceeded: { built: false, ...ALL_FLOWS },
  ReportTaskFailed: { built: false, ...ALL_FLOWS },
  CreateSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  DescribeSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  UpdateSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  DeleteSchedule: { built: false, ...FLOW_BY_FLOW_NAME },
  ListSchedules: { built: false, ...FLOW_BY_FLOW_NAME },
  DescribeRegions: { built: true, resource: 'none', flowParameter: null },
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
