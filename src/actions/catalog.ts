/**
 * Every action by its name (integrations.md 1). Names of integrations that are built in are found whatever their
 * case; any other `<Product>:<Api>` is an OpenAPI call, unless passing it through would be wrong.
 */
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { Settings } from '../config/settings.ts';
import { unbuiltReason } from '../language/tasks/unbuilt-actions.ts';
import type { Action, ActionCatalog } from './action.ts';
import { egressPolicy } from '../outbound/egress.ts';
import type { EgressOptions } from '../outbound/egress.ts';
import { putEventsAction } from './eventbridge/put-events.ts';
import { invokeFunctionAction } from './fc/invoke.ts';
import { httpRequestAction } from './http/request.ts';
import type { MessageStore } from '../store/messages.ts';
import type { CloudOptions } from './cloud-call.ts';
import { sendMessageAction } from './mns/send-message.ts';
import { openApiAction } from './openapi/openapi.ts';
import { ossAction } from './oss/oss.ts';
import { failed } from './results.ts';
import { sendSmsAction } from './openapi/sms.ts';
import { createTransport } from '../outbound/transport.ts';

export interface ActionOptions {
  readonly http: Settings['http'];
  readonly functions: Settings['functions'];
  readonly fcEndpoint: Settings['fcEndpoint'];
  readonly cloud: Settings['cloud'];
  readonly products: Settings['products'];
  readonly mns: Settings['mns'];
  readonly eventBridgeEndpoint: Settings['eventBridgeEndpoint'];
  readonly ossEndpoint: Settings['ossEndpoint'];
  readonly region: string;
  readonly account: string;
  /** `settings.egress`, with `auto` decided by where the server listens. */
  readonly egress: EgressOptions;
  readonly clock: Clock;
  readonly ids: Ids;
  /** What `MNS:SendMessage` keeps here when there is no Message Service. */
  readonly messages: MessageStore;
}

const NAME = /^(?<product>[A-Za-z][A-Za-z0-9-]{0,62}):(?<api>[A-Za-z][A-Za-z0-9_]{0,127})$/;

export interface Actions extends ActionCatalog {
  /** Goes on with what an earlier server left: pushes of messages. */
  resume(): void;
  /** Resolves when nothing more can be pushed at this moment. */
  idle(): Promise<void>;
  /** Gives up whatever the actions have under way, connections included. */
  close(): Promise<void>;
}

/** The actions of one server. */
export function createActions(options: ActionOptions): Actions {
  const { http, clock, ids, region, account } = options;
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
    account,
    maxBodyBytes: http.maxResponseBytes,
  });
  const cloud: CloudOptions = {
    transport,
    clock,
    ids,
    credentials: options.cloud,
    region,
    account,
    timeoutMs: http.timeoutMs,
    maxBodyBytes: http.maxResponseBytes,
  };
  const openApi = { ...cloud, products: options.products };
  const sendMessage = sendMessageAction({ ...cloud, mns: options.mns, messages: options.messages });
  const builtIn = new Map<string, Action>([
    ['http:request', httpRequestAction(transport, clock, http)],
    ['fc:invokefunction', invokeFunction],
    ['mns:sendmessage', sendMessage],
    ['eventbridge:putevents', putEventsAction({ ...cloud, endpoint: options.eventBridgeEndpoint })],
    ['sms:sendsms', sendSmsAction(openApi)],
  ]);
  for (const operation of ['GetObject', 'PutObject', 'CopyObject', 'DeleteObject'] as const) {
    builtIn.set(`oss:${operation.toLowerCase()}`, ossAction({ ...cloud, endpoint: options.ossEndpoint }, operation));
  }
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
    resume: () => sendMessage.resume(),
    idle: () => sendMessage.idle(),
    async close() {
      invokeFunction.close();
      await sendMessage.close();
      await transport.close();
    },
  };
}

const NO_ACTION = 'an action is <Product>:<Api>, such as HTTP:Request';

function unsupported(action: string, product: string, reason: string): Action {
  const result = failed(`${product === '' ? 'FnF' : product}.ActionNotSupported`, `${action}: ${reason}`);
  return { run: () => Promise.resolve(result) };
}
