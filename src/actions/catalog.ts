/**
 * Every action by its name (integrations.md 1). Names of integrations that are built in are found whatever their
 * case; any other `<Product>:<Api>` is an OpenAPI call, unless passing it through would be wrong.
 */
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { Settings } from '../config/settings.ts';
import { unbuiltReason } from '../language/unbuilt-actions.ts';
import type { Action, ActionCatalog } from './action.ts';
import { egressPolicy } from './egress.ts';
import type { EgressOptions } from './egress.ts';
import { invokeFunctionAction } from './fc-invoke.ts';
import { startExecutionAction, startSyncExecutionAction } from './fnf.ts';
import type { StartExecution, StartSync } from './fnf.ts';
import { httpRequestAction } from './http-request.ts';
import { openApiAction } from './openapi.ts';
import type { OpenApiOptions } from './openapi.ts';
import { failed } from './results.ts';
import { createTransport } from './transport.ts';

export interface ActionOptions {
  readonly http: Settings['http'];
  readonly functions: Settings['functions'];
  readonly fcEndpoint: Settings['fcEndpoint'];
  readonly cloud: Settings['cloud'];
  readonly products: Settings['products'];
  readonly region: string;
  readonly account: string;
  /** `settings.egress`, with `auto` decided by where the server listens. */
  readonly egress: EgressOptions;
  /** Flows that call flows synchronously, how deep. */
  readonly callDepth: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly startSync: StartSync;
  readonly startExecution: StartExecution;
}

const NAME = /^(?<product>[A-Za-z][A-Za-z0-9-]{0,62}):(?<api>[A-Za-z][A-Za-z0-9_]{0,127})$/;

/** The actions of one server. `close` gives up whatever they have under way, connections included. */
export function createActions(options: ActionOptions): ActionCatalog & { close(): Promise<void> } {
  const { http, clock, ids, region } = options;
  const transport = createTransport({
    connectionsPerOrigin: http.connectionsPerOrigin,
    egress: egressPolicy(options.egress),
  });
  const invokeFunction = invokeFunctionAction({
    transport,
    clock,
    ids,
    functions: options.functions,
    endpoint: options.fcEndpoint,
    credentials: options.cloud,
    region,
    account: options.account,
    maxBodyBytes: http.maxResponseBytes,
  });
  const builtIn = new Map<string, Action>([
    ['http:request', httpRequestAction(transport, clock, http)],
    ['fc:invokefunction', invokeFunction],
    ['fnf:startexecution', startExecutionAction(options.startExecution, { region, account: options.account })],
    ['fnf:startsyncexecution', startSyncExecutionAction(options.startSync, options.callDepth, clock)],
  ]);
  const openApi: OpenApiOptions = {
    transport,
    clock,
    ids,
    credentials: options.cloud,
    products: options.products,
    region,
    timeoutMs: http.timeoutMs,
    maxBodyBytes: http.maxResponseBytes,
  };
  return {
    find(action) {
      const found = builtIn.get(action.toLowerCase());
      if (found !== undefined) return found;
      const parts = NAME.exec(action)?.groups;
      const product = parts?.['product'] ?? '';
      const api = parts?.['api'] ?? '';
      const reason = parts === undefined ? NO_ACTION : unbuiltReason(action);
      return reason === null ? openApiAction(openApi, product, api) : unsupported(action, product, reason);
    },
    async close() {
      invokeFunction.close();
      await transport.close();
    },
  };
}

const NO_ACTION = 'an action is <Product>:<Api>, such as HTTP:Request';

function unsupported(action: string, product: string, reason: string): Action {
  const result = failed(`${product === '' ? 'FnF' : product}.ActionNotSupported`, `${action}: ${reason}`);
  return { run: () => Promise.resolve(result) };
}
