/**
 * The shape of a contract: an action of the API as data. Parameters are declared in the order in which they are checked, so the
 * first wrong one is reported; members of a reply in the order in which they are written. Decoders and types of operations
 * (`operations/decode/`), policy resources (`actions.ts`) and docs/api/ are made from it.
 */
import type { ErrorCode } from '../errors.ts';

/**
 * `required`: absent or empty is `MissingRequiredParams`. `optional`: absent or empty means the default. `change`: absent leaves
 * what is there; a given text is used, even an empty one.
 */
export type Presence = 'required' | 'optional' | 'change';

interface ParameterFacts {
  readonly presence: Presence;
  /** Its meaning, for docs/api/; the limits follow from the type. */
  readonly about: string;
  /** Its text in the sample call; without one the sample call does not have the parameter. */
  readonly sample?: string;
  /** Where the SDKs put it, if not where the method says: GET in the query, POST in the form. */
  readonly position?: 'query';
}

export type Parameter = ParameterFacts &
  (
    | {
        readonly type: /** Follows the rule of names (`names.ts`). */
          | 'name'
          /** The name of an execution that exists: wider than `name`, since Express executions end in a UUID. */
          | 'executionName'
          /** A name that is not `LATEST`. */
          | 'aliasName'
          /** A version, an alias, `LATEST` or empty. */
          | 'qualifier'
          /** The number of a version. */
          | 'version'
          /** The number of a version, or `LATEST`, which is the default. */
          | 'versionOrLatest'
          /** A page token that is a whole number from 1. */
          | 'numberToken'
          /** RFC 3339, with any offset. */
          | 'time';
      }
    /**
     * Without `maxCharacters`, as long as a request may be. `limit` is the setting that bounds the characters, if one does;
     * `maxCharacters` is then its default.
     */
    | {
        readonly type: 'text';
        readonly maxCharacters?: number;
        readonly limit?: 'limits.error' | 'limits.cause';
        readonly emptyRefused?: true;
      }
    | { readonly type: 'word'; readonly words: readonly string[]; readonly default?: string | null }
    | { readonly type: 'integer'; readonly min: number; readonly max: number; readonly default?: number }
    /** A number, with a fraction or without. */
    | { readonly type: 'decimal'; readonly min: number; readonly max: number }
    | { readonly type: 'boolean'; readonly default?: boolean }
    /** JSON text: `{"Variables":[{"Name","Value","Description"}]}`. */
    | { readonly type: 'environment'; readonly maxBytes: number }
    /** JSON text: `[{"Version","Weight"}]`, with at least one entry. */
    | { readonly type: 'routes'; readonly maxEntries: number; readonly maxWeight: number }
    /** JSON text, of an object or of any value; `limit` is the setting that bounds its bytes. */
    | { readonly type: 'jsonObject'; readonly limit: 'limits.input' }
    | { readonly type: 'json'; readonly limit: 'limits.stateData' }
  );

interface MemberFacts {
  readonly about: string;
  /** When the member is left out; without it the member is always there. */
  readonly absent?: string;
  /** True for a member that the cloud does not have. */
  readonly extension?: true;
}

export type Member = MemberFacts &
  /** `time` is text like `2026-01-01T08:00:00.000Z`. */
  (
    | { readonly type: 'text' | 'time'; readonly sample: string }
    | { readonly type: 'word'; readonly words: readonly string[]; readonly sample: string }
    | { readonly type: 'integer' | 'decimal'; readonly sample: number }
    | { readonly type: 'boolean'; readonly sample: boolean }
    | { readonly type: 'object' | 'list'; readonly members: Members }
  );

export type Members = { readonly [member: string]: Member };

/** Actions whose policy resource is all flows, because only a token names the flow. */
export type ReportAction = 'ReportTaskSucceeded' | 'ReportTaskFailed';

/** `flow`: the parameter that holds the flow's name; `flows`: all flows; `none`: the action needs no authorization. */
export type PolicyResource = { readonly flow: 'Name' | 'FlowName' } | 'flows' | 'none';

export interface Contract {
  /** True for an action that the cloud does not have. A policy names it like any other: `fnf:RedriveExecution`. */
  readonly extension?: true;
  /** The method of the SDKs. The server reads every parameter from query or form, with either method. */
  readonly method: 'GET' | 'POST';
  /** The resource that a policy is checked against (rules.md 3.10). */
  readonly resource: PolicyResource;
  /** A parameter that gives the caller a further power, so that a policy must allow these actions too. */
  readonly alsoNeeds?: { readonly parameter: string; readonly actions: readonly ReportAction[] };
  /** True for a reply that may take minutes: the wire starts it early (rules.md 2.9). */
  readonly slow?: true;
  /** True for the one action whose rate is `limits.startsPerSecond`, which the runtime applies. */
  readonly ownRate?: true;
  /** The purpose of the action, in a sentence or two. */
  readonly summary: string;
  readonly parameters: { readonly [parameter: string]: Parameter };
  /** Without `RequestId`, which every reply has. */
  readonly reply: Members;
  /** The action's own errors and their causes; each action can also have those of {@link COMMON_ERRORS}. */
  readonly errors: { readonly [Code in ErrorCode]?: string };
  /** How Millrace differs from the cloud, and what the vendor leaves open; a sentence or two each. */
  readonly notes?: readonly string[];
}

/** The errors of the front of the service, which a call of any action can have; docs/errors.md says when. */
export const COMMON_ERRORS = [
  'AccessDenied',
  'ActionNotSupported',
  'APIVersionNotSupported',
  'EntityTooLarge',
  'InternalServerError',
  'InvalidAccessKeyID',
  'InvalidArgument',
  'InvalidSecurityToken.Expired',
  'InvalidSecurityToken.Malformed',
  'MissingRequiredHeader',
  'MissingRequiredParams',
  'MissingSecurityToken',
  'RequestTimeTooSkewed',
  'ResourceThrottled',
  'SignatureNonceUsed',
  'SignatureNotMatch',
  'UnsupportedHTTPMethod',
  'UnsupportedMediaType',
] as const satisfies readonly ErrorCode[];
