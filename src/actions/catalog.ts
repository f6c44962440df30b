/**
 * Finds actions by name (rules.md 11.1). The names of built-in integrations may be written in any case. Any other
 * `<Product>:<Api>` is an OpenAPI call, unless the service would not understand one.
 */
import { targetConnections } from '../base/open-files.ts';
import type { Clock } from '../base/clock.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Observer } from '../base/observer.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Ids } from '../base/ids.ts';
import { Turns } from '../base/turns.ts';
import type { Settings } from '../config/settings.ts';
import { unbuiltReason } from '../language/tasks/unbuilt-actions.ts';
import { LocalMessages } from '../messages/local-messages.ts';
import type { LocalMessagesOptions } from '../messages/local-messages.ts';
import { egressPolicy } from '../outbound/egress.ts';
import type { EgressOptions } from '../outbound/egress.ts';
import { createTransport } from '../outbound/transport.ts';
import type { Transport } from '../outbound/transport.ts';
import type { Action, ActionCatalog } from './action.ts';
import { CloudAccess } from './cloud-access.ts';
import type { CloudOptions } from './cloud-call.ts';
import { putEventsAction } from './eventbridge/put-events.ts';
import { Background } from './fc/background.ts';
import { invokeFunctionAction } from './fc/invoke-function.ts';
import { httpRequestAction } from './http/request.ts';
import { sendMessageAction } from './mns/send-message.ts';
import { openApiAction } from './openapi/call-operation.ts';
import type { OpenApiOptions } from './openapi/call-operation.ts';
import { ossAction } from './oss/object-action.ts';
import { failed } from './results.ts';
import { sendSmsAction } from './sms/send-sms.ts';

export interface ActionOptions {
  readonly http: Settings['http'];
  readonly functions: Settings['functions'];
  readonly fcEndpoint: Settings['fcEndpoint'];
  readonly cloud: Settings['cloud'];
  readonly cloudActions: Settings['cloudActions'];
  readonly products: Settings['products'];
  readonly mns: Settings['mns'];
  readonly eventBridgeEndpoint: Settings['eventBridgeEndpoint'];
  readonly ossEndpoint: Settings['ossEndpoint'];
  readonly region: string;
  readonly account: string;
  /** `settings.egress`, with `auto` decided by the address that the server listens on. */
  readonly egress: EgressOptions;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly observer: Pick<Observer, 'defect' | 'messagesChanged' | 'storeFailed' | 'storeRecovered'>;
  /** Counts the bodies of calls. */
  readonly memory: MemoryBudget;
  /** Stores the messages of this server's own queues and topics (`mns.local`). */
  readonly messages: LocalMessagesOptions['messages'];
  readonly pushes: LocalMessagesOptions['pushes'];
  readonly processes: LocalMessagesOptions['processes'];
}

export interface Actions extends ActionCatalog {
  /** Continues the pushes of messages that an earlier server left. */
  resume(): void;
  /** Resolves when no push is under way and no message can be pushed now. */
  idle(): Promise<void>;
  /** Aborts all calls and pushes under way and closes their connections. */
  close(): Promise<void>;
}

/** The actions of one server. */
export function createActions(options: ActionOptions): Actions {
  const parts = createParts(options);
  const { transport, background, localMessages } = parts;
  const cloud = cloudOptions(options, parts);
  const builtIn = builtInActions(options, parts);
  return {
    find: (name) => builtIn.get(name.toLowerCase()) ?? otherAction({ ...cloud, products: options.products }, name),
    resume: () => localMessages?.resume(),
    idle: async () => localMessages?.idle(),
    async close() {
      background.close();
      await localMessages?.close();
      await transport.close();
    },
  };
}

/** The parts that have work under way between calls. */
interface Parts {
  readonly transport: Transport;
  /** Those of large answers. */
  readonly turns: Turns;
  readonly background: Background;
  readonly localMessages: LocalMessages | null;
}

function createParts(options: ActionOptions): Parts {
  const { http, mns, memory } = options;
  const { connectionsPerOrigin } = http;
  const egress = egressPolicy(options.egress);
  const turns = new Turns(options.scheduler);
  const transport = createTransport({ connectionsPerOrigin, connections: targetConnections(), egress, memory, turns });
  const { subscriptions, keep: maxMessages } = mns;
  return {
    transport,
    turns,
    background: new Background(options),
    localMessages: mns.local ? new LocalMessages({ ...options, transport, subscriptions, maxMessages }) : null,
  };
}

function cloudOptions(options: ActionOptions, { transport, turns }: Parts): CloudOptions {
  const { clock, scheduler, ids, region, account, http, memory } = options;
  const cloud = new CloudAccess(options.cloud, options.cloudActions);
  const { timeoutMs, maxResponseBytes: maxBodyBytes } = http;
  return { transport, clock, scheduler, ids, cloud, region, account, timeoutMs, maxBodyBytes, memory, turns };
}

/** The built-in actions by their names in lower case. */
function builtInActions(options: ActionOptions, parts: Parts): ReadonlyMap<string, Action> {
  const { scheduler, functions, products, memory } = options;
  const { transport, turns, background, localMessages } = parts;
  const cloud = cloudOptions(options, parts);
  const oss = { ...cloud, endpoint: options.ossEndpoint };
  const table: Readonly<Record<string, Action>> = {
    'HTTP:Request': httpRequestAction({ transport, scheduler, memory, turns }, options.http),
    'FC:InvokeFunction': invokeFunctionAction({ ...cloud, functions, endpoint: options.fcEndpoint, background }),
    'MNS:SendMessage': sendMessageAction({ ...cloud, endpoint: options.mns.endpoint, localMessages }),
    'EventBridge:PutEvents': putEventsAction({ ...cloud, endpoint: options.eventBridgeEndpoint }),
    'SMS:SendSms': sendSmsAction({ ...cloud, products }),
    'OSS:GetObject': ossAction(oss, 'GetObject'),
    'OSS:PutObject': ossAction(oss, 'PutObject'),
    'OSS:CopyObject': ossAction(oss, 'CopyObject'),
    'OSS:DeleteObject': ossAction(oss, 'DeleteObject'),
  };
  return new Map(Object.entries(table).map(([name, action]) => [name.toLowerCase(), action]));
}

const NAME = /^(?<product>[A-Za-z][A-Za-z0-9-]{0,62}):(?<api>[A-Za-z][A-Za-z0-9_]{0,127})$/;

/** The action of a name that is not built in: an OpenAPI call, or one that fails with the reason why there is none. */
function otherAction(openApi: OpenApiOptions, name: string): Action {
  const parts = NAME.exec(name)?.groups;
  if (parts === undefined)
    return unsupported('FnF', name, 'an action has the form <Product>:<Api>, such as HTTP:Request');
  const { product = '', api = '' } = parts;
  const reason = unbuiltReason(name);
  return reason === null ? openApiAction(openApi, product, api) : unsupported(product, name, reason);
}

function unsupported(product: string, name: string, reason: string): Action {
  const result = failed(`${product}.ActionNotSupported`, `${name}: ${reason}`);
  return { run: () => Promise.resolve(result) };
}
