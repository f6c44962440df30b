/**
 * The seam between the wire and the API: one {@link Operation} per action, one file each. The wire passes text parameters after
 * it has verified the caller. An operation receives them decoded, acts, and returns the members of the reply without
 * `RequestId`, which the wire adds. Faults are thrown as `ApiError`.
 */
import type { ActionName } from '../api/actions.ts';
import { ACTIONS } from '../api/actions.ts';
import type { Contract } from '../api/contract/contract.ts';
import type { JsonValue } from '../base/json.ts';
import type { ParametersOf, ReplyOf, Undeclared } from './contract-types.ts';
import { createDecoder } from './decode/decoder.ts';
import type { Decode } from './decode/decoder.ts';
import type { OperationServices } from './services.ts';

/** The parameters of query and form together, common ones included. Names are case-sensitive. */
export type Parameters = ReadonlyMap<string, string>;

export interface OperationRequest {
  readonly requestId: string;
  readonly parameters: Parameters;
  /** Id of the caller's access key; null: the root key, or no authentication. */
  readonly caller: string | null;
  /** True: the caller reads members of the reply about warnings, which the cloud does not have (docs/extensions.md). */
  readonly wantsWarnings?: boolean;
}

/** Members of a reply in the order in which they are written; undefined members are left out. */
export type Reply = { readonly [member: string]: JsonValue | undefined };

export interface Operation<Services> {
  readonly action: ActionName;
  /** True for a reply that may take minutes: the wire then starts it early (rules.md 2.9). */
  readonly slow?: boolean;
  run(services: Services, request: OperationRequest): Promise<Reply>;
}

/** The work of an operation, on decoded parameters. Its reply has exactly the members of the contract. */
type Run<A extends ActionName, R extends ReplyOf<A>> = (
  services: OperationServices,
  parameters: ParametersOf<A>,
  request: OperationRequest,
) => Promise<R>;

/**
 * An argument that is never passed. It is required, and of a type that names the members, if a reply has more members than the
 * contract: the type of `run` alone would let them through.
 */
type NothingUndeclared<A extends ActionName, R> = [Undeclared<R, ReplyOf<A>>] extends [never]
  ? []
  : [undeclared: Undeclared<R, ReplyOf<A>>];

/** The operation of an action, as its contract declares it. */
export function defineOperation<A extends ActionName, R extends ReplyOf<A>>(
  action: A,
  run: Run<A, R>,
  ..._: NothingUndeclared<A, R>
): Operation<OperationServices> {
  return operationOf(action, createDecoder(action), run);
}

/** The same with a decoder of its own, for the one action whose calls have to be fast. It must decode as the contract says. */
export function defineHotOperation<A extends ActionName, R extends ReplyOf<A>>(
  action: A,
  decode: Decode<A>,
  run: Run<A, R>,
  ..._: NothingUndeclared<A, R>
): Operation<OperationServices> {
  return operationOf(action, decode, run);
}

function operationOf<A extends ActionName, R extends ReplyOf<A>>(
  action: A,
  decode: Decode<A>,
  run: Run<A, R>,
): Operation<OperationServices> {
  const { slow, ownRate }: Contract = ACTIONS[action];
  const isChange = FLOW_CHANGES.has(action);
  return {
    action,
    slow: slow === true,
    // Not an async function: another promise around that of `run` would cost every call.
    run(services, request) {
      try {
        if (ownRate !== true) services.rate.admit(action);
        const reply = run(services, decode(request.parameters, services.limits), request);
        return isChange && services.observer.flowChanged !== null
          ? reportChange(services, action, request, reply)
          : reply;
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  };
}

/** The actions that change flows, their versions and their aliases. */
const FLOW_CHANGES: ReadonlySet<ActionName> = new Set<ActionName>([
  'CreateFlow',
  'UpdateFlow',
  'DeleteFlow',
  'PublishFlowVersion',
  'DeleteFlowVersion',
  'CreateFlowAlias',
  'UpdateFlowAlias',
  'DeleteFlowAlias',
]);

/** Reports a change that is durable. Its reply passes through. */
async function reportChange<R extends Reply>(
  { observer }: OperationServices,
  action: ActionName,
  { requestId, parameters }: OperationRequest,
  changing: Promise<R>,
): Promise<R> {
  const reply = await changing;
  const name = parameters.get('Name') ?? '';
  const published: JsonValue | undefined = (reply as Reply)['Version'];
  observer.flowChanged?.({
    requestId,
    action,
    flowName: parameters.get('FlowName') ?? name,
    version: parameters.get('FlowVersion') ?? (typeof published === 'string' ? published : ''),
    alias: action.endsWith('Alias') ? name : '',
  });
  return reply;
}
