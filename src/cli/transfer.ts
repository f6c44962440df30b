/** The flows of a server as `millrace export` writes and `millrace import` compares them: what people chose, without ids and times. */
import { isJsonArray, isJsonObject, memberOf } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { pause, systemScheduler } from '../base/scheduler.ts';
import { ServerRefusal, serverCalls, textOf } from './call-server.ts';
import type { ServerCall } from './call-server.ts';
import type { Host } from './host.ts';

/** The members of a flow that a version freezes. */
export interface FlowContent {
  readonly type: string;
  readonly definition: string;
  readonly description: string;
  readonly roleArn: string;
  readonly environment: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

export interface PublishedVersion {
  readonly number: number;
  /** Of the version itself, not of the flow. */
  readonly description: string;
  readonly content: FlowContent;
}

export interface Alias {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly { readonly version: string; readonly weight: number }[];
}

export interface Schedule {
  readonly name: string;
  readonly cron: string;
  readonly description: string;
  readonly payload: string;
  readonly isEnabled: boolean;
}

export interface TransferredFlow {
  readonly name: string;
  readonly executionMode: string;
  readonly resourceGroupId: string;
  readonly content: FlowContent;
  /** Ascending. */
  readonly versions: readonly PublishedVersion[];
  readonly aliases: readonly Alias[];
  /** Null if the server has no schedules, because it is of an earlier version. */
  readonly schedules: readonly Schedule[] | null;
}

/** How often a throttled call is tried again. */
const TRIES = 100;

/** Calls of a server that wait when the server throttles them and says for how long. @throws {StartFault} */
export async function patientCalls(host: Host, endpoint: string | null): Promise<ServerCall> {
  const call = await serverCalls(host, endpoint);
  return async (action, parameters) => {
    for (let tries = 1; ; tries++) {
      try {
        return await call(action, parameters);
      } catch (error) {
        // Without a time, waiting does not help (`limits.flows`).
        const waitMs = error instanceof ServerRefusal && error.code === 'ResourceThrottled' ? error.retryAfterMs : null;
        if (waitMs === null || tries === TRIES) throw error;
        await pause(systemScheduler, waitMs);
      }
    }
  };
}

/** Names of all flows. */
export async function flowNames(call: ServerCall): Promise<readonly string[]> {
  return (await pages(call, 'ListFlows', {}, 'Flows')).map((flow) => textOf(flow, 'Name'));
}

/** A flow with everything that belongs to it; null if there is none. */
export async function readFlow(call: ServerCall, name: string): Promise<TransferredFlow | null> {
  const flow = await unlessAbsent('FlowNotExists', () => call('DescribeFlow', { Name: name }));
  if (flow === null) return null;
  return {
    name,
    executionMode: textOf(flow, 'ExecutionMode'),
    resourceGroupId: textOf(flow, 'ResourceGroupId'),
    content: contentOf(flow),
    versions: await readVersions(call, name),
    aliases: (await pages(call, 'ListFlowAliases', { FlowName: name }, 'Aliases')).map(aliasOf),
    schedules: await readSchedules(call, name),
  };
}

async function readVersions(call: ServerCall, name: string): Promise<readonly PublishedVersion[]> {
  const listed = await pages(call, 'ListFlowVersions', { FlowName: name }, 'FlowVersions');
  const versions: PublishedVersion[] = [];
  // The list has the newest first.
  for (const version of listed.toReversed()) {
    const number = textOf(version, 'Version');
    const content = contentOf(await call('DescribeFlow', { Name: name, FlowVersion: number }));
    versions.push({ number: Number(number), description: textOf(version, 'Description'), content });
  }
  return versions;
}

async function readSchedules(call: ServerCall, name: string): Promise<readonly Schedule[] | null> {
  const found = await unlessAbsent('ActionNotSupported', () =>
    pages(call, 'ListSchedules', { FlowName: name }, 'Schedules'),
  );
  if (found === null) return null;
  return found.map(scheduleOf).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** False for a server of an earlier version, which does not know schedules. The flow need not exist. */
export async function hasSchedules(call: ServerCall, flowName: string): Promise<boolean> {
  const answered = async (): Promise<true> => {
    await call('ListSchedules', { FlowName: flowName });
    return true;
  };
  return (
    (await unlessAbsent('ActionNotSupported', () => unlessAbsent('FlowNotExists', answered).then(() => true))) ?? false
  );
}

/** The result of `work`; null if the server refuses it with this code. */
async function unlessAbsent<T>(code: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ServerRefusal && error.code === code) return null;
    throw error;
  }
}

const PAGE = '100';

async function pages(
  call: ServerCall,
  action: string,
  parameters: Readonly<Record<string, string>>,
  member: string,
): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  for (let token = ''; ; ) {
    const reply = await call(action, { ...parameters, Limit: PAGE, ...(token !== '' && { NextToken: token }) });
    found.push(...objectsIn(memberOf(reply, member)));
    token = textOf(reply, 'NextToken');
    if (token === '') return found;
  }
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return value !== undefined && isJsonArray(value) ? value.filter(isJsonObject) : [];
}

function contentOf(flow: JsonObject): FlowContent {
  return {
    type: textOf(flow, 'Type'),
    definition: textOf(flow, 'Definition'),
    description: textOf(flow, 'Description'),
    roleArn: textOf(flow, 'RoleArn'),
    environment: variablesOf(memberOf(flow, 'Environment')),
  };
}

/** The variables in `{"Variables": [...]}`. */
export function variablesOf(environment: JsonValue | undefined): readonly Variable[] {
  const variables = isJsonObject(environment) ? memberOf(environment, 'Variables') : undefined;
  return objectsIn(variables).map((variable) => ({
    name: textOf(variable, 'Name'),
    value: textOf(variable, 'Value'),
    description: textOf(variable, 'Description'),
  }));
}

export function aliasOf(alias: JsonObject): Alias {
  return {
    name: textOf(alias, 'Name'),
    description: textOf(alias, 'Description'),
    routes: objectsIn(memberOf(alias, 'RoutingConfigurations')).map((route) => ({
      version: textOf(route, 'Version'),
      // A text in ListFlowAliases only (rules.md 5.8).
      weight: Number(memberOf(route, 'Weight')),
    })),
  };
}

export function scheduleOf(schedule: JsonObject): Schedule {
  return {
    name: textOf(schedule, 'ScheduleName'),
    cron: textOf(schedule, 'CronExpression'),
    description: textOf(schedule, 'Description'),
    payload: textOf(schedule, 'Payload'),
    isEnabled: memberOf(schedule, 'Enable') !== false,
  };
}

/** The parameter `Environment` of CreateFlow and UpdateFlow. */
export function environmentText(variables: readonly Variable[]): string {
  return JSON.stringify({ Variables: variables.map(variableJson) });
}

export function variableJson({ name, value, description }: Variable) {
  return { Name: name, Value: value, ...(description !== '' && { Description: description }) };
}
