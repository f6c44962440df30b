/** A flow in the replies of the operations on flows. */
import { formatTime } from '../../base/clock.ts';
import type { EnvironmentVariable, FlowRecord } from '../../store/flows.ts';

/** The members of every reply about a flow (rules.md 5.1). */
export function flowReply(flow: FlowRecord) {
  return {
    Type: flow.type,
    Definition: flow.definition,
    RoleArn: flow.roleArn,
    Description: flow.description,
    Name: flow.name,
    CreatedTime: formatTime(flow.createdMs),
    LastModifiedTime: formatTime(flow.lastModifiedMs),
    Id: flow.id,
    Environment: environmentReply(flow.environment),
    ResourceGroupId: flow.resourceGroupId,
  };
}

/** The member `Environment` of replies about flows (rules.md 5.6). */
export function environmentReply(variables: readonly EnvironmentVariable[]) {
  return {
    Variables: variables.map(({ name, value, description }) => ({
      Name: name,
      Value: value,
      Description: description,
    })),
  };
}
