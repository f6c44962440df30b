/**
 * RAM policies, compiled when the settings are loaded, and their decision (rules.md 3.9). A call is denied if a Deny
 * matches, allowed if an Allow matches, and otherwise denied.
 */
import { matchesWildcard } from './wildcard.ts';

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Patterns in lower case, because the case of an action is ignored. */
  readonly actions: readonly string[];
  /** Patterns for whole resource names. An empty region or account is `*` here. */
  readonly resources: readonly string[];
  /** All have to be true. */
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly statements: readonly Statement[];
}

/** A call as policies see it. */
export interface PolicyRequest {
  /** `fnf:DescribeFlow` */
  readonly action: string;
  /** `acs:fnf:cn-hangzhou:1234567890123456:flow/name` */
  readonly resource: string;
  readonly nowMs: number;
  readonly secureTransport: boolean;
  /** The peer's address as the socket shows it. */
  readonly sourceIp: string;
}

/** One condition of a statement. */
export type Condition = (request: PolicyRequest) => boolean;

export type Decision = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';

/** Decides with all policies of a key together. */
export function decide(policies: readonly Policy[], request: PolicyRequest): Decision {
  let decision: Decision = 'ImplicitDeny';
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (!applies(statement, request)) continue;
      if (statement.effect === 'Deny') return 'ExplicitDeny';
      decision = 'Allow';
    }
  }
  return decision;
}

function applies(statement: Statement, request: PolicyRequest): boolean {
  const action = request.action.toLowerCase();
  return (
    statement.actions.some((pattern) => matchesWildcard(pattern, action)) &&
    statement.resources.some((pattern) => matchesWildcard(pattern, request.resource)) &&
    statement.conditions.every((holds) => holds(request))
  );
}
