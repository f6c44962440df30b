/**
 * Mail in the execution store: a request about an execution that another node owns. Its owner, or the node that owns it next, carries
 * the request out and stores the answer in the commit of its effect, so that the request has one effect and one answer, even if
 * a node ends meanwhile.
 */
import type { ExecutionId, NodeNumber } from './ids.ts';

export interface Mail {
  /** A UUID. */
  readonly id: string;
  readonly execution: ExecutionId;
  /** The node that waits for the answer. */
  readonly from: NodeNumber;
  /** The request, as JSON text. */
  readonly request: string;
}

export interface MailAnswer {
  /** `Mail.id`. */
  readonly id: string;
  /** JSON text. */
  readonly answer: string;
}
