/**
 * The seam between the wire and the API: one {@link Operation} per action, one file each. The wire hands over
 * decoded text parameters after it has verified who calls; an operation decodes, acts and answers with the members
 * of the reply (without `RequestId`, which the wire adds). Faults are thrown as `ApiError`.
 */
import type { JsonValue } from '../base/json.ts';

/** Decoded parameters of query and form together, common ones included. Names are case-sensitive. */
export type Parameters = ReadonlyMap<string, string>;

export interface OperationRequest {
  readonly requestId: string;
  readonly parameters: Parameters;
}

/** Members of a reply in the order in which they are written; undefined members are left out. */
export type Reply = { readonly [member: string]: JsonValue | undefined };

export interface Operation<Services> {
  readonly action: string;
  /**
   * The last part of the resource that a policy is checked against, after `acs:fnf:{region}:{account}:`; `*` for
   * an operation without authorization (wire.md 12.2).
   */
  resource(parameters: Parameters): string;
  /** True for an answer that may take minutes: the wire then starts it early (decisions.md 4.6). */
  readonly slow?: boolean;
  run(services: Services, request: OperationRequest): Promise<Reply>;
}
