/**
 * The known Task actions with their parameters and literal values (rules.md 11), and their task modes (rules.md 11.2). Data
 * only; `action-parameters.ts` and `callback-mode.ts` check definitions against it. Any other action is an OpenAPI operation,
 * whose parameters are not known here.
 */
import { MESSAGE_DELAY_SECONDS } from '../limits.ts';
import type { TaskMode } from '../plan.ts';

export interface ParameterFacts {
  /** `required`: the action cannot be called without it. `expected`: required by the vendor's table; here `byDefault` is used. */
  readonly need: 'required' | 'expected' | 'optional';
  readonly type?: 'text' | 'map';
  /** A whole number in this range, or its digits as a text. */
  readonly whole?: { readonly min: number; readonly max: number };
  /** The texts that are allowed. */
  readonly oneOf?: readonly string[];
  readonly ignoreCase?: boolean;
  readonly byDefault?: string;
  /** The usual beginning of the text, and its words in a warning. */
  readonly begins?: { readonly pattern: RegExp; readonly says: string };
}

export interface ActionFacts {
  /** Every parameter of the action; null when the list is not fully known. */
  readonly parameters: Readonly<Record<string, ParameterFacts>> | null;
  /** At least one of these must be there. */
  readonly needsOneOf?: readonly string[];
  /** When they differ from those of the product. */
  readonly modes?: readonly TaskMode[];
  /** The action itself passes the task's token to the service. */
  readonly sendsToken?: true;
}

interface ProductFacts {
  readonly modes: readonly TaskMode[];
  readonly actions: Readonly<Record<string, ActionFacts>>;
  /** True when the product has no operations beyond `actions`. */
  readonly closed: boolean;
}

const COMPLETE_ONLY: readonly TaskMode[] = ['RequestComplete'];
const COMPLETE_OR_CUSTOM: readonly TaskMode[] = ['RequestComplete', 'WaitForCustomCallback'];
const EVERY_MODE: readonly TaskMode[] = ['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback'];
const UNCHECKED: ActionFacts = { parameters: null };

const REQUIRED_TEXT: ParameterFacts = { need: 'required', type: 'text' };
const OPTIONAL_TEXT: ParameterFacts = { need: 'optional', type: 'text' };
const RESOURCE_ARN = REQUIRED_TEXT;
const OPTIONAL: ParameterFacts = { need: 'optional' };
const OPTIONAL_MAP: ParameterFacts = { need: 'optional', type: 'map' };
/** The parameters that locate an object. */
const OBJECT = { bucket: REQUIRED_TEXT, key: REQUIRED_TEXT, region: OPTIONAL_TEXT };

const PRODUCTS: Readonly<Record<string, ProductFacts>> = {
  HTTP: {
    modes: COMPLETE_OR_CUSTOM,
    closed: true,
    actions: {
      Request: {
        sendsToken: true,
        parameters: {
          url: {
            need: 'required',
            type: 'text',
            begins: { pattern: /^https?:\/\//i, says: 'a full URL with its scheme, such as https://example.com/path' },
          },
          method: {
            need: 'expected',
            type: 'text',
            oneOf: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'],
            ignoreCase: true,
            byDefault: 'GET',
          },
          headers: OPTIONAL_MAP,
          body: OPTIONAL,
        },
      },
    },
  },
  FC: {
    modes: COMPLETE_OR_CUSTOM,
    closed: false,
    actions: {
      InvokeFunction: {
        modes: EVERY_MODE,
        parameters: {
          resourceArn: {
            ...RESOURCE_ARN,
            begins: { pattern: /^acs:fc:/, says: 'an ARN such as acs:fc:::functions/name/LATEST' },
          },
          invocationType: { need: 'expected', type: 'text', oneOf: ['Sync', 'Async'], byDefault: 'Sync' },
          body: OPTIONAL,
        },
      },
    },
  },
  FNF: {
    modes: COMPLETE_OR_CUSTOM,
    closed: false,
    actions: {
      StartExecution: {
        modes: EVERY_MODE,
        parameters: {
          resourceArn: {
            ...RESOURCE_ARN,
            begins: { pattern: /^acs:fnf:/, says: 'an ARN such as acs:fnf:::flow/name' },
          },
          executionName: { need: 'optional', type: 'text' },
          input: OPTIONAL_MAP,
          // Ours: a version or an alias of the child (docs/tasks.md).
          qualifier: OPTIONAL,
        },
      },
      // Ours: the vendor has no page for it. Both spellings of each name are read (docs/tasks.md).
      StartSyncExecution: {
        needsOneOf: ['resourceArn', 'flowName', 'ResourceArn', 'FlowName'],
        parameters: {
          resourceArn: OPTIONAL,
          flowName: OPTIONAL,
          executionName: OPTIONAL,
          input: OPTIONAL,
          ResourceArn: OPTIONAL,
          FlowName: OPTIONAL,
          ExecutionName: OPTIONAL,
          Input: OPTIONAL,
        },
      },
    },
  },
  MNS: {
    modes: COMPLETE_OR_CUSTOM,
    closed: false,
    actions: {
      SendMessage: {
        parameters: {
          resourceArn: {
            ...RESOURCE_ARN,
            begins: {
              pattern: /^acs:mns:[^:]*:[^:]*:\/?(?:queues|topics)\/[^/]+\/messages$/,
              says: 'an ARN such as acs:mns:::/topics/name/messages',
            },
          },
          message: { need: 'required' },
          priority: { need: 'optional', whole: { min: 1, max: 16 } },
          delaySeconds: { need: 'optional', whole: { min: 0, max: MESSAGE_DELAY_SECONDS } },
          messageTag: OPTIONAL_TEXT,
          messageAttributes: OPTIONAL_MAP,
        },
      },
    },
  },
  EventBridge: {
    modes: COMPLETE_OR_CUSTOM,
    closed: false,
    actions: {
      PutEvents: {
        parameters: {
          eventBusName: REQUIRED_TEXT,
          source: REQUIRED_TEXT,
          type: REQUIRED_TEXT,
          id: OPTIONAL_TEXT,
          subject: OPTIONAL_TEXT,
          data: OPTIONAL,
        },
      },
    },
  },
  OSS: {
    modes: COMPLETE_ONLY,
    closed: false,
    actions: {
      GetObject: {
        parameters: {
          ...OBJECT,
          versionId: OPTIONAL_TEXT,
          range: OPTIONAL_TEXT,
          ifMatch: OPTIONAL_TEXT,
          ifNoneMatch: OPTIONAL_TEXT,
        },
      },
      PutObject: { parameters: { ...OBJECT, body: OPTIONAL, contentType: OPTIONAL_TEXT } },
      CopyObject: {
        parameters: {
          ...OBJECT,
          sourceKey: REQUIRED_TEXT,
          sourceBucket: OPTIONAL_TEXT,
          sourceVersionId: OPTIONAL_TEXT,
        },
      },
      DeleteObject: { parameters: { ...OBJECT, versionId: OPTIONAL_TEXT } },
    },
  },
  SMS: {
    modes: COMPLETE_OR_CUSTOM,
    closed: false,
    actions: {
      SendSms: {
        parameters: {
          // Digits without quotes are a number to YAML.
          phoneNumbers: { need: 'required' },
          signName: REQUIRED_TEXT,
          templateCode: REQUIRED_TEXT,
          templateParam: OPTIONAL_MAP,
        },
      },
    },
  },
  DashScope: { modes: COMPLETE_ONLY, closed: false, actions: { QwenTextGeneration: UNCHECKED } },
};

/** Modes of any other OpenAPI operation. The system does not report its end (rules.md 11.2, 11.17). */
const OPENAPI_MODES = COMPLETE_OR_CUSTOM;

/** The entry of an action in the catalog. */
export interface KnownAction {
  /** The vendor's spelling; null for an operation that is not in the catalog. */
  readonly spelling: string | null;
  readonly modes: readonly TaskMode[];
  /** Null for an operation that is not in the catalog. */
  readonly facts: ActionFacts | null;
  /** All operations of the product, when this is none of them; null when the product may have others. */
  readonly onlyOperations: readonly string[] | null;
}

/** Looks an action up. The case of its name is free, here and when it runs. */
export function knownAction(action: string): KnownAction {
  const [productName = '', operation = ''] = action.toLowerCase().split(':');
  const product = entryOf(PRODUCTS, productName);
  if (product === null) return { spelling: null, modes: OPENAPI_MODES, facts: null, onlyOperations: null };
  const { modes, actions, closed } = product.value;
  const known = entryOf(actions, operation);
  if (known !== null) {
    const facts = known.value;
    return { spelling: `${product.key}:${known.key}`, modes: facts.modes ?? modes, facts, onlyOperations: null };
  }
  const names = Object.keys(actions).map((name) => `${product.key}:${name}`);
  return { spelling: null, modes, facts: null, onlyOperations: closed ? names : null };
}

function entryOf<T>(record: Readonly<Record<string, T>>, lowerCaseKey: string): { key: string; value: T } | null {
  for (const [key, value] of Object.entries(record)) if (key.toLowerCase() === lowerCaseKey) return { key, value };
  return null;
}

/** The names of all actions in the catalog, for "did you mean". */
export function knownActions(): string[] {
  return Object.entries(PRODUCTS).flatMap(([product, { actions }]) =>
    Object.keys(actions).map((operation) => `${product}:${operation}`),
  );
}
