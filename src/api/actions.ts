/**
 * The 29 documented actions of API version 2019-03-15 (rules.md 4.1) and our extensions (docs/extensions.md), each with its contract.
 * An action outside this table does not exist; the server answers it with `ActionNotSupported`.
 *
 * The contracts are in `api/`, below everything that reads them: settings have a rate for each action, `auth/` and `wire/` check
 * policies, `operations/` decodes parameters and writes replies.
 */
import type { Contract } from './contract/contract.ts';
import { DEFINITIONS } from './contract/definitions.ts';
import { EXECUTIONS } from './contract/executions.ts';
import { EXTENSIONS } from './contract/extensions.ts';
import { FLOWS } from './contract/flows.ts';
import { MAP_RUNS } from './contract/map-runs.ts';
import { OVERVIEWS } from './contract/overviews.ts';
import { REGIONS } from './contract/regions.ts';
import { SCHEDULES } from './contract/schedules.ts';
import { TASKS } from './contract/tasks.ts';
import { VERSIONS } from './contract/versions.ts';

export const ACTIONS = {
  ...FLOWS,
  ...VERSIONS,
  ...EXECUTIONS,
  ...MAP_RUNS,
  ...TASKS,
  ...SCHEDULES,
  ...REGIONS,
  ...EXTENSIONS,
  ...DEFINITIONS,
  ...OVERVIEWS,
} as const satisfies Record<string, Contract>;

export type ActionName = keyof typeof ACTIONS;

/** The contract of an action, or undefined for one that the API does not have. Names are case-sensitive. */
export function actionEntry(action: string): Contract | undefined {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action as ActionName] : undefined;
}

/** A right that a policy must give. */
export interface Right {
  readonly action: ActionName;
  /** The last part of the resource name, after `acs:fnf:{region}:{account}:`; `*` if none is checked. */
  readonly resource: string;
}

const NO_RIGHTS: readonly Right[] = [];

/** The rights that a call needs beside the one of its own action, because of a parameter that it has. */
export function furtherRights(action: ActionName, parameters: ReadonlyMap<string, string>): readonly Right[] {
  const { alsoNeeds }: Contract = ACTIONS[action];
  if (alsoNeeds === undefined || (parameters.get(alsoNeeds.parameter) ?? '') === '') return NO_RIGHTS;
  return alsoNeeds.actions.map((each) => ({ action: each, resource: actionResource(each, parameters) }));
}

/** The last part of the resource name of a call, after `acs:fnf:{region}:{account}:`; `*` if none is checked. */
export function actionResource(action: ActionName, parameters: ReadonlyMap<string, string>): string {
  const { resource }: Contract = ACTIONS[action];
  if (resource === 'none') return '*';
  if (resource === 'flows') return 'flow/*';
  return `flow/${parameters.get(resource.flow) ?? ''}`;
}
