/**
 * What is known of Task actions before any is called: parameters, literal values and task modes (integrations.md 1–11).
 * Data only; `statemachine/task.ts` checks definitions against it. An action that is not here is an ordinary OpenAPI
 * operation, whose parameters nobody can check without the product's own description.
 */
import type { TaskMode } from './plan.ts';

export interface ParameterFacts {
  /**
   * `required`: without it nothing can be called. `expected`: the vendor's table calls it required, and
   * `byDefault` says what stands in for it here.
   */
  readonly need: 'required' | 'expected' | 'optional';
  readonly type?: 'text' | 'map';
  /** The texts that it can be. */
  readonly oneOf?: readonly string[];
  readonly ignoreCase?: boolean;
  readonly byDefault?: string;
  /** What a sensible text begins with, and what to say when it does not. */
  readonly begins?: { readonly pattern: RegExp; readonly says: string };
}

export interface ActionFacts {
  /** Every parameter that the action has; null where the list is not fully known. */
  readonly parameters: Readonly<Record<string, ParameterFacts>> | null;
}

export interface ProductFacts {
  /** Null: any mode may work. */
  readonly modes: readonly TaskMode[] | null;
  readonly actions: Readonly<Record<string, ActionFacts>>;
  /** True when the product has no operations beyond `actions`. */
  readonly closed: boolean;
}

const COMPLETE_ONLY: readonly TaskMode[] = ['RequestComplete'];
const COMPLETE_OR_CUSTOM: readonly TaskMode[] = ['RequestComplete', 'WaitForCustomCallback'];
const UNCHECKED: ActionFacts = { parameters: null };

const RESOURCE_ARN: ParameterFacts = { need: 'required', type: 'text' };
const OPTIONAL: ParameterFacts = { need: 'optional' };
const OPTIONAL_MAP: ParameterFacts = { need: 'optional', type: 'map' };

export const PRODUCTS: Readonly<Record<string, ProductFacts>> = {
  HTTP: {
    modes: COMPLETE_OR_CUSTOM,
    closed: true,
    actions: {
      Request: {
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
    modes: null,
    closed: false,
    actions: {
      InvokeFunction: {
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
    modes: null,
    closed: false,
    actions: {
      StartExecution: {
        parameters: {
          resourceArn: {
            ...RESOURCE_ARN,
            begins: { pattern: /^acs:fnf:/, says: 'an ARN such as acs:fnf:::flow/name' },
          },
          executionName: { need: 'optional', type: 'text' },
          input: OPTIONAL_MAP,
        },
      },
      StartSyncExecution: UNCHECKED,
    },
  },
  MNS: { modes: COMPLETE_OR_CUSTOM, closed: false, actions: { SendMessage: UNCHECKED } },
  EventBridge: { modes: COMPLETE_OR_CUSTOM, closed: false, actions: { PutEvents: UNCHECKED } },
  OSS: { modes: COMPLETE_ONLY, closed: false, actions: { GetObject: UNCHECKED } },
  SMS: { modes: COMPLETE_OR_CUSTOM, closed: false, actions: { SendSms: UNCHECKED } },
  DashScope: { modes: COMPLETE_ONLY, closed: false, actions: { QwenTextGeneration: UNCHECKED } },
};

/** Modes of an OpenAPI operation that is no integration of its own: nothing reports its end (integrations.md 2, 11). */
export const OPENAPI_MODES: readonly TaskMode[] = COMPLETE_OR_CUSTOM;

/** The actions known by name, for "did you mean". */
export function knownActions(): string[] {
  return Object.entries(PRODUCTS).flatMap(([product, { actions }]) =>
    Object.keys(actions).map((operation) => `${product}:${operation}`),
  );
}
