/**
 * Every error code that a reply can carry, with its HTTP status and message template. A test holds docs/errors.md to this
 * table. Sources: rules.md 4.4 for the errors of the front of the service; rules.md 4.4 for versions
 * and aliases. Clients match on the templates, so the vendor's are quoted exactly.
 */
export interface ErrorEntry {
  readonly status: number;
  /** Template of the message; each `%s` is one value. */
  readonly message: string;
  /** One name for each `%s`, in their order. The type of `apiError` follows from it. */
  readonly values?: readonly string[];
  /** A sentence for docs/errors.md: the situation that causes it. */
  readonly when: string;
}

export const ERRORS = {
  AccessDenied: {
    status: 403,
    message: "the caller is not authorized to perform '%s' on resource '%s'",
    values: ['action', 'resource'],
    when: 'A policy of the key denies the action, or no policy allows it. With authentication off: the call comes from a web page, or names the server by a public host name.',
  },
  ActionNotSupported: {
    status: 400,
    message: "The requested API operation '%s' is incorrect. Please check.",
    values: ['action'],
    when: 'The action is unknown, or does not fit the execution mode of the flow.',
  },
  APIVersionNotSupported: {
    status: 400,
    message: "The requested API version '%s' is not supported yet. Please check.",
    values: ['version'],
    when: '`Version` is not 2019-03-15.',
  },
  ConcurrentUpdateError: {
    status: 409,
    message: 'Update conflict, please retry.',
    when: 'UpdateFlow: the flow was deleted and created again during the call. CreateFlowAlias, UpdateFlowAlias: a version that the alias is to route to was published during the call. UpdateSchedule: other changes overtook the call ten times.',
  },
  EntityTooLarge: {
    status: 400,
    message: 'The payload size exceeds maximum allowed size (%s bytes).',
    values: ['limit'],
    when: 'The body is over 1,024 KiB (`limits.request`), `Input` over 64 KiB (`limits.input`), a `Payload` that makes a larger input, `Output` of ReportTaskSucceeded over 64 KiB (`limits.stateData`), or the head of the request over 256 KiB.',
  },
  ExecutionAlreadyCompleted: {
    status: 400,
    message: "Execution '%s' for flow '%s' has already completed.",
    values: ['execution', 'flow'],
    when: 'StopExecution of an execution that has ended.',
  },
  ExecutionAlreadyExists: {
    status: 400,
    message: 'Execution %s for flow %s already exists.',
    values: ['execution', 'flow'],
    when: 'StartExecution with the name of an execution that has ended. If the execution is running, StartExecution returns it instead. StartSyncExecution never causes this error: the name of a synchronous execution ends in a fresh UUID.',
  },
  ExecutionNotExists: {
    status: 404,
    message: 'Execution %s for flow %s does not exist.',
    values: ['execution', 'flow'],
    when: 'The flow has no such execution, or it was an Express execution that is no longer retained.',
  },
  FlowAliasAlreadyExists: {
    status: 409,
    message: "The alias %s for flow '%s' already exists.",
    values: ['alias', 'flow'],
    when: 'CreateFlowAlias: the flow has an alias of this name.',
  },
  FlowAliasNotExists: {
    status: 404,
    message: "The alias %s for flow '%s' does not exist.",
    values: ['alias', 'flow'],
    when: 'The flow has no alias of the name in `Qualifier` or `Name`.',
  },
  FlowAlreadyExists: {
    status: 409,
    message: 'Flow %s already exists.',
    values: ['flow'],
    when: 'CreateFlow: a flow of this name exists.',
  },
  FlowNotExists: {
    status: 404,
    message: "Flow '%s' does not exist.",
    values: ['flow'],
    when: 'The named flow does not exist.',
  },
  FlowVersionInUse: {
    status: 409,
    message: "The version %s for flow '%s' is in use: an alias routes to it.",
    values: ['version', 'flow'],
    when: 'DeleteFlowVersion of a version that an alias routes to, even with weight 0.',
  },
  FlowVersionNotExists: {
    status: 404,
    message: "The version %s for flow '%s' does not exist.",
    values: ['version', 'flow'],
    when: 'The version in `Qualifier`, `FlowVersion` or `RoutingConfigurations` was never published, or was deleted.',
  },
  InternalServerError: {
    status: 500,
    message: 'An internal error has occurred. Please retry.',
    when: 'A defect of the server, or a failed disk; the message names the disk where it can. The log has the reason under the request id.',
  },
  InvalidAccessKeyID: {
    status: 403,
    message: 'The AccessKey ID %s is invalid.',
    values: ['key'],
    when: 'The server does not know the access key.',
  },
  InvalidArgument: {
    status: 400,
    message: 'Parameter error.',
    when: 'A parameter is wrong; the message names it and says what is wrong.',
  },
  'InvalidApi.NotFound': {
    status: 404,
    message: 'Specified api is not found, please check your url and method.',
    when: 'The path is not `/`, `/healthz` or `/readyz`.',
  },
  'InvalidSecurityToken.Expired': {
    status: 403,
    message: 'Specified SecurityToken is expired.',
    when: 'The temporary key has expired.',
  },
  'InvalidSecurityToken.Malformed': {
    status: 403,
    message: 'Specified SecurityToken is malformed.',
    when: 'The security token is not the one of the key, or the key has none.',
  },
  MapRunAlreadyCompleted: {
    status: 400,
    message: "Map run '%s' for execution '%s' has already completed.",
    values: ['map run', 'execution'],
    when: 'UpdateMapRun of a Map run that has ended. A redrive of its execution continues it, and then its bounds can be changed.',
  },
  MapRunNotExists: {
    status: 404,
    message: "The Map run %s for execution '%s' does not exist.",
    values: ['map run', 'execution'],
    when: 'The execution has no Map run of this name. Its MapRunStarted event has the name.',
  },
  MissingRequiredHeader: {
    status: 400,
    message: "The HTTP header '%s' must be specified.",
    values: ['header'],
    when: 'A header that an ACS3 or ROA request needs is missing, or is not signed.',
  },
  MissingRequiredParams: {
    status: 400,
    message: "The HTTP query '%s' must be specified.",
    values: ['parameter'],
    when: 'A required parameter is missing or empty.',
  },
  MissingSecurityToken: {
    status: 400,
    message: 'SecurityToken is mandatory for this action.',
    when: 'A temporary key is used without its security token.',
  },
  RequestTimeTooSkewed: {
    status: 403,
    message: 'The difference between the request time %s and the current time %s is too large.',
    values: ['sent', 'now'],
    when: "The request's time is more than 15 minutes from the server's.",
  },
  ResourceThrottled: {
    status: 429,
    message: 'The request is throttled. Please try again later.',
    when: 'Too many executions at once, executions that hold too much memory, too many calls a second, unfinished request bodies, or flows in the account. The message continues with the setting and its value. If waiting helps, `x-acs-retry-after` says for how many milliseconds.',
  },
  ScheduleAlreadyExists: {
    status: 409,
    message: 'The schedule %s already exists in flow %s.',
    values: ['schedule', 'flow'],
    when: 'CreateSchedule: the flow has a schedule of this name.',
  },
  ScheduleNotExists: {
    status: 404,
    message: 'The schedule %s for flow %s does not exist.',
    values: ['schedule', 'flow'],
    when: 'The flow has no schedule of this name.',
  },
  SignatureNonceUsed: {
    status: 400,
    message: 'Specified signature nonce was used already.',
    when: 'The nonce was used with this key in the last 15 minutes. A restart of a server that is alone clears the memory of nonces; nodes of one store share them.',
  },
  SignatureNotMatch: {
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your access key and signing method.',
    when: 'The signature is wrong; the message ends in the string that the server signed.',
  },
  TaskAlreadyCompleted: {
    status: 400,
    message: 'Task %s has already completed.',
    values: ['token'],
    when: 'ReportTaskSucceeded or ReportTaskFailed for a task that has ended: by an earlier report, by a timeout, or with its execution if no redrive would wait for the report.',
  },
  TaskInvalidState: {
    status: 409,
    message: 'Task is in an invalid state, please retry.',
    when: 'A report for a task whose call is not durable yet, for one that waits for no report, or for one of an ended execution that would wait for the report after a redrive. The same report may succeed later.',
  },
  UnsupportedHTTPMethod: {
    status: 405,
    message: "The HTTP method '%s' is not supported: use GET or POST.",
    values: ['method'],
    when: 'The HTTP method is neither GET nor POST.',
  },
  UnsupportedMediaType: {
    status: 415,
    message: 'The content type must be "application/json".',
    when: 'The body is neither a form nor JSON, or is compressed.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** The values of a code's template: one text for each name in `values`. */
export type ErrorValues<Code extends ErrorCode> = (typeof ERRORS)[Code] extends {
  readonly values: infer Names extends readonly string[];
}
  ? { readonly [Place in keyof Names]: string }
  : readonly [];
