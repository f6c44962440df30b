/** A flow's environment variables in replies. */
import type { EnvironmentVariable } from '../../store/flows.ts';

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

/** The member `Environment` of replies about executions: without descriptions (rules.md 5.6). */
export function variablesReply(variables: readonly EnvironmentVariable[]) {
  return { Variables: variables.map(({ name, value }) => ({ Name: name, Value: value })) };
}
