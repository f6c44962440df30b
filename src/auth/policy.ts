/**
 * RAM policies, checked and compiled when the settings are loaded, and the decision they give (wire.md 12.1): a
 * matching Deny wins, then a matching Allow, and else nobody is allowed.
 */
import { matchesWildcard } from './wildcard.ts';

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Patterns in lower case: the case of an action has no meaning. */
  readonly actions: readonly string[];
  /** Patterns of whole resource names; an empty region or account has become `*`. */
  readonly resources: readonly string[];
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly statements: readonly Statement[];
}

/** What is asked for, and the circumstances that conditions look at. */
export interface PolicyRequest {
  /** `fnf:DescribeFlow` */
  readonly action: string;
  /** `acs:fnf:cn-hangzhou:1234567890123456:flow/name` */
  readonly resource: string;
  readonly nowMs: number;
  readonly secureTransport: boolean;
  /** As the socket names it. */
  readonly sourceIp: string;
}

/** Whether the circumstances of a request meet one condition of a statement. */
export type Condition = (request: PolicyRequest) => boolean;

export type Decision = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';

/** Decides over all documents of a key together. */
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
