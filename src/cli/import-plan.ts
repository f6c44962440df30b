/**
 * The steps that make the flows of a server equal to those of an export. They add and change; they delete nothing that the server
 * has. A step may be done again: after an import that was interrupted, a second one does the rest.
 */
import type { ServerCall } from './call-server.ts';
import { textOf } from './call-server.ts';
import { StartFault } from './host.ts';
import { environmentText } from './transfer.ts';
import type { Alias, FlowContent, PublishedVersion, Schedule, TransferredFlow } from './transfer.ts';

export interface ImportStep {
  /** What changes, for people: `orders: publish version 3`. */
  readonly text: string;
  run(call: ServerCall): Promise<unknown>;
}

export interface FlowPlan {
  readonly steps: readonly ImportStep[];
  /** Reasons for which the flow cannot be imported, a sentence each. */
  readonly conflicts: readonly string[];
}

/** @param has the flow as the server has it; null for none */
export function planFlow(wanted: TransferredFlow, has: TransferredFlow | null): FlowPlan {
  const conflicts = [...(has === null ? [] : conflictsOf(wanted, has)), ...lostRoutes(wanted, has)];
  if (conflicts.length > 0) return { steps: [], conflicts };
  const known = new Set(has?.versions.map(({ number }) => number));
  const missing = wanted.versions.filter(({ number }) => !known.has(number));
  const steps: ImportStep[] = [];
  let content = has?.content ?? null;
  if (has === null) {
    content = missing[0]?.content ?? wanted.content;
    steps.push(createStep(wanted, content));
  }
  let last = Math.max(0, ...known);
  for (const version of missing) {
    if (content !== null)
      steps.push(...updateSteps(wanted.name, content, version.content, `as in version ${version.number}`));
    steps.push(publishStep(wanted.name, version, version.number - last - 1));
    content = version.content;
    last = version.number;
  }
  if (content !== null) steps.push(...updateSteps(wanted.name, content, wanted.content, null));
  steps.push(...wanted.aliases.flatMap((alias) => aliasSteps(wanted.name, alias, has)));
  steps.push(...(wanted.schedules ?? []).flatMap((schedule) => scheduleSteps(wanted.name, schedule, has)));
  return { steps, conflicts };
}

function conflictsOf(wanted: TransferredFlow, has: TransferredFlow): readonly string[] {
  const { name } = wanted;
  const conflicts: string[] = [];
  if (wanted.executionMode !== has.executionMode) {
    conflicts.push(
      `${name}: the flow is ${has.executionMode} on the server and ${wanted.executionMode} in the export, and a mode cannot change. Delete the flow on the server, or give the flow another Name in flow.json`,
    );
  }
  if (wanted.resourceGroupId !== has.resourceGroupId) {
    conflicts.push(
      `${name}: the resource group is ${JSON.stringify(has.resourceGroupId)} on the server and ${JSON.stringify(wanted.resourceGroupId)} in the export, and it cannot change. Write the one of the server into flow.json`,
    );
  }
  const byNumber = new Map(has.versions.map((version) => [version.number, version]));
  const last = Math.max(0, ...byNumber.keys());
  for (const version of wanted.versions) {
    const other = byNumber.get(version.number);
    if (other === undefined && version.number < last) {
      conflicts.push(
        `${name}: the server has version ${last} and no version ${version.number}, and a number is never used again. Remove version ${version.number} from flow.json, or delete the flow on the server`,
      );
    }
    const differing = other === undefined ? [] : differences(version.content, other.content);
    if (other !== undefined && version.description !== other.description) differing.push('VersionDescription');
    if (differing.length > 0) {
      conflicts.push(
        `${name}: version ${version.number} differs (${differing.join(', ')}), and a version never changes. Remove it from flow.json, or delete the flow on the server`,
      );
    }
  }
  return conflicts;
}

/** Aliases of the export that lead to versions which no one has. */
function lostRoutes({ name, versions, aliases }: TransferredFlow, has: TransferredFlow | null): readonly string[] {
  const known = new Set([...versions, ...(has?.versions ?? [])].map(({ number }) => String(number)));
  return aliases.flatMap((alias) =>
    alias.routes
      .filter(({ version }) => !known.has(version))
      .map(
        ({ version }) =>
          `${name}: the alias ${alias.name} leads to version ${JSON.stringify(version)}, which neither the export nor the server has. Correct the alias in flow.json`,
      ),
  );
}

/** The parameters of UpdateFlow whose values differ. */
function differences(wanted: FlowContent, has: FlowContent): string[] {
  const [ours, theirs] = [parametersOf(wanted), parametersOf(has)];
  return Object.keys(ours).filter((name) => ours[name] !== theirs[name]);
}

function parametersOf({ type, definition, description, roleArn, environment }: FlowContent): Record<string, string> {
  return {
    Definition: definition,
    Type: type,
    Description: description,
    RoleArn: roleArn,
    Environment: environmentText(environment),
  };
}

function createStep({ name, executionMode, resourceGroupId }: TransferredFlow, content: FlowContent): ImportStep {
  const parameters = {
    Name: name,
    ExecutionMode: executionMode,
    ...(resourceGroupId !== '' && { ResourceGroupId: resourceGroupId }),
    ...parametersOf(content),
  };
  return { text: `${name}: create the flow (${executionMode})`, run: (call) => call('CreateFlow', parameters) };
}

function updateSteps(name: string, from: FlowContent, to: FlowContent, why: string | null): readonly ImportStep[] {
  const changed = differences(to, from);
  if (changed.length === 0) return [];
  const all = parametersOf(to);
  const parameters = Object.fromEntries(changed.map((member) => [member, all[member] ?? '']));
  return [
    {
      text: `${name}: update the flow${why === null ? '' : ` ${why}`} (${changed.join(', ')})`,
      run: (call) => call('UpdateFlow', { Name: name, ...parameters }),
    },
  ];
}

/** @param gaps numbers before this one that no version of the export has: they are published and deleted */
function publishStep(name: string, { number, description }: PublishedVersion, gaps: number): ImportStep {
  const passing =
    gaps > 0 ? `, after passing over ${gaps === 1 ? 'a number' : `${gaps} numbers`} that the export lacks` : '';
  return {
    text: `${name}: publish version ${number}${passing}`,
    async run(call) {
      for (;;) {
        const reply = await call('PublishFlowVersion', { FlowName: name, Description: description });
        const published = Number(textOf(reply, 'Version'));
        if (published === number) return;
        await call('DeleteFlowVersion', { FlowName: name, FlowVersion: String(published) });
        if (published < number) continue;
        throw new StartFault(
          `the server would give the number ${published} to version ${number}: it has used the numbers before, for versions that were deleted. Remove version ${number} from flow.json, or delete the flow on the server`,
        );
      }
    },
  };
}

function aliasSteps(flowName: string, alias: Alias, has: TransferredFlow | null): readonly ImportStep[] {
  const other = has?.aliases.find(({ name }) => name === alias.name);
  const parameters = (each: Alias): Record<string, string> => ({
    Description: each.description,
    RoutingConfigurations: JSON.stringify(
      each.routes.map(({ version, weight }) => ({ Version: version, Weight: weight })),
    ),
  });
  return changeSteps({
    flowName,
    what: `alias ${alias.name}`,
    action: 'FlowAlias',
    key: { FlowName: flowName, Name: alias.name },
    wanted: parameters(alias),
    has: other === undefined ? null : parameters(other),
  });
}

function scheduleSteps(flowName: string, schedule: Schedule, has: TransferredFlow | null): readonly ImportStep[] {
  const other = has?.schedules?.find(({ name }) => name === schedule.name);
  const parameters = (each: Schedule): Record<string, string> => ({
    CronExpression: each.cron,
    Description: each.description,
    Payload: each.payload,
    Enable: String(each.isEnabled),
  });
  return changeSteps({
    flowName,
    what: `schedule ${schedule.name}`,
    action: 'Schedule',
    key: { FlowName: flowName, ScheduleName: schedule.name },
    wanted: parameters(schedule),
    has: other === undefined ? null : parameters(other),
  });
}

interface Change {
  readonly flowName: string;
  readonly what: string;
  /** The name of the actions after `Create` and `Update`. */
  readonly action: string;
  readonly key: Readonly<Record<string, string>>;
  readonly wanted: Readonly<Record<string, string>>;
  readonly has: Readonly<Record<string, string>> | null;
}

function changeSteps({ flowName, what, action, key, wanted, has }: Change): readonly ImportStep[] {
  const create = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''));
  if (has === null) {
    return [{ text: `${flowName}: create ${what}`, run: (call) => call(`Create${action}`, { ...key, ...create }) }];
  }
  const changed = Object.entries(wanted).filter(([name, value]) => has[name] !== value);
  if (changed.length === 0) return [];
  return [
    {
      text: `${flowName}: update ${what} (${changed.map(([name]) => name).join(', ')})`,
      run: (call) => call(`Update${action}`, { ...key, ...Object.fromEntries(changed) }),
    },
  ];
}
