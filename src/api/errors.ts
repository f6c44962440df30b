/**
 * Every error code that a reply can carry, with its HTTP status and message template (`%s` stands for a value).
 * docs/errors.md is held to this table by a test. Sources: api.md 6.1; wire.md 11.2 and 11.3
 * for what the front of the service answers; decisions.md 4.8 for versions and aliases.
 */
export interface ErrorEntry {
  readonly status: number;
  readonly message: string;
  /** When it arises, in a sentence for docs/errors.md. */
  readonly when: string;
}

export const ERRORS = {
  AccessDenied: {
    status: 403,
    message: "the caller is not authorized to perform '%s' on resource '%s'",
    when: 'A policy of the key denies the action, or none allows it; or, with authentication off, the call comes from a web page or names the server by a public host name.',
  },
  ActionNotSupported: {
    status: 400,
    message: "The requested API operation '%s' is incorrect. Please check.",
    when: 'The action is unknown, is not built yet (the message says so), or does not fit the execution mode of the flow.',
  },
  APIVersionNotSupported: {
    status: 400,
    message: "The requested API version '%s' is not supported yet. Please check.",
    when: 'Version is not 2019-03-15.',
  },
  ConcurrentUpdateError: {
    status: 409,
    message: 'Update conflict, please retry.',
    when: 'UpdateFlow of a flow that was deleted and made again while the call was under way, or an alias whose version went in that time.',
  },
  EntityTooLarge: {
    status: 400,
    message: 'The payload size exceeds maximum allowed size (%s bytes).',
    when: 'The body is over 1,024 KiB, Input over 64 KiB, or Output of ReportTaskSucceeded over 64 KiB (`limits.request`, `limits.input`, `limits.stateData`), or the head of the request over 256 KiB.',
  },
  ExecutionAlreadyCompleted: {
    status: 400,
    message: "Execution '%s' for flow '%s' has already completed.",
    when: 'StopExecution of an execution that has ended.',
  },
  ExecutionAlreadyExists: {
    status: 400,
    message: 'Execution %s for flow %s already exists.',
    when: 'StartExecution with the name of an execution that has ended; one that runs is answered as it is. Never by StartSyncExecution: the name of a synchronous execution ends in a fresh UUID.',
  },
  ExecutionNotExists: {
    status: 404,
    message: 'Execution %s for flow %s does not exist.',
    when: 'The flow exists and has no such execution, or it was an Express one that is not kept any more.',
  },
  FlowAliasAlreadyExists: {
    status: 409,
    message: "The alias %s for flow '%s' already exists.",
    when: 'CreateFlowAlias of a name that the flow has an alias of.',
  },
  FlowAliasNotExists: {
    status: 404,
    message: "The alias %s for flow '%s' does not exist.",
    when: 'The flow has no alias of the name that Qualifier or Name says.',
  },
  FlowAlreadyExists: { status: 409, message: 'Flow %s already exists.', when: 'CreateFlow of a name that is taken.' },
  FlowNotExists: {
    status: 404,
    message: "Flow '%s' does not exist.",
    when: 'The named flow does not exist.',
  },
  FlowVersionInUse: {
    status: 409,
    message: "The version %s for flow '%s' is in use: an alias routes to it.",
    when: 'DeleteFlowVersion of a version that an alias routes to, whatever the weight.',
  },
  FlowVersionNotExists: {
    status: 404,
    message: "The version %s for flow '%s' does not exist.",
    when: 'The version that Qualifier, FlowVersion or RoutingConfigurations says was never published, or was deleted.',
  },
  InternalServerError: {
    status: 500,
    message: 'An internal error has occurred. Please retry.',
    when: 'A defect of the server, or a failed disk, which the message names where it can; the log has the reason under the request id.',
  },
  InvalidAccessKeyID: { status: 403, message: 'The AccessKey ID %s is invalid.', when: 'The access key is not known.' },
  InvalidArgument: {
    status: 400,
    message: 'Parameter error.',
    when: 'A parameter is wrong; the message says which and why.',
  },
  'InvalidApi.NotFound': {
    status: 404,
    message: 'Specified api is not found, please check your url and method.',
    when: 'The path is neither `/` nor `/healthz`.',
  },
  'InvalidSecurityToken.Expired': {
    status: 403,
    message: 'Specified SecurityToken is expired.',
    when: 'The end of a temporary key has passed.',
  },
  'InvalidSecurityToken.Malformed': {
    status: 403,
    message: 'Specified SecurityToken is malformed.',
    when: 'The security token is not the one of the key, or the key has none.',
  },
  MissingRequiredHeader: {
    status: 400,
    message: "The HTTP header '%s' must be specified.",
    when: 'A header that an ACS3 or ROA request needs is not there, or is not signed.',
  },
  MissingRequiredParams: {
    status: 400,
    message: "The HTTP query '%s' must be specified.",
    when: 'A required parameter is not there, or empty.',
  },
  MissingSecurityToken: {
    status: 400,
    message: 'SecurityToken is mandatory for this action.',
    when: 'A temporary key is used without its security token.',
  },
  RequestTimeTooSkewed: {
    status: 403,
    message: 'The difference between the request time %s and the current time %s is too large.',
    when: "The request's time is more than 15 minutes away from the server's.",
  },
  ResourceThrottled: {
    status: 429,
    message: 'The request is throttled. Please try again later.',
    when: 'Too many executions at once, calls a second, unfinished request bodies, or flows in the account; `x-acs-retry-after` says when to come back, in milliseconds, where waiting helps.',
  },
  SignatureNonceUsed: {
    status: 400,
    message: 'Specified signature nonce was used already.',
    when: 'The nonce was used with this key in the last 15 minutes and since the server started: it forgets nonces when it ends.',
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
    when: 'ReportTaskSucceeded or ReportTaskFailed for a task that has ended: by an earlier report, a timeout, or the end of its execution.',
  },
  TaskInvalidState: {
    status: 409,
    message: 'Task is in an invalid state, please retry.',
    when: 'A report for a task whose call is not on disk yet, or that waits for no report; the same report may succeed later.',
  },
  UnsupportedHTTPMethod: {
    status: 405,
    message: "The HTTP method '%s' is not supported: use GET or POST.",
    when: 'The API is called by another method than GET or POST.',
  },
  UnsupportedMediaType: {
    status: 415,
    message: 'The content type must be "application/json".',
    when: 'The body is neither a form nor JSON, or is compressed.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
