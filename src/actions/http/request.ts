/**
 * `HTTP:Request` (rules.md 11.5–11.7; docs/tasks.md): one request, its redirects, and the answer as
 * `{Header, Code, Body}`. The egress policy judges every redirect again, and one time limit bounds the whole call.
 */
import { assert } from '../../base/assert.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { headerOf, shownHeaders } from '../../outbound/answer-headers.ts';
import { decodeBody } from '../../outbound/content-encoding.ts';
import type { DecodingParts } from '../../outbound/content-encoding.ts';
import { withDeadline } from '../../outbound/deadline.ts';
import { shownUrl } from '../../outbound/shown-url.ts';
import type { Answer, Transport } from '../../outbound/transport.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import { bodyBeginning, bodyValue } from '../answer-body.ts';
import { noAnswer, noAnswerInTime } from '../no-answer.ts';
import { failed, succeeded } from '../results.ts';
import { firstHop } from './parameters.ts';
import { nextHop, redirectLocation } from './redirect.ts';
import type { Hop } from './redirect.ts';

export interface HttpOptions {
  /** Statuses that fail the task, `5xx` or `429`. */
  readonly errorStatuses: readonly string[];
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** 0: redirects are not followed, and the redirect itself is the answer. */
  readonly maxRedirects: number;
}

export interface HttpParts extends DecodingParts {
  readonly transport: Transport;
  readonly scheduler: Scheduler;
}

/** Methods of requests that a server may receive twice with the effect of one (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

type StatusTest = (status: number) => boolean;

/** The action `HTTP:Request`. Fails as `HTTP.*`, see docs/tasks.md. */
export function httpRequestAction(parts: HttpParts, options: HttpOptions): Action {
  const { transport, scheduler } = parts;
  const { timeoutMs, maxResponseBytes, maxRedirects } = options;
  const isError = errorStatusTest(options.errorStatuses);
  // A service that refuses a callback task will never report it, and the flow does not see the answer.
  const isRefusal: StatusTest = (status) => status >= 400 || isError(status);

  async function run(call: TaskCall, outer: AbortSignal): Promise<TaskResult> {
    const first = firstHop(call);
    if (typeof first === 'string') return failed('HTTP.InvalidRequest', first);
    const fails = call.mode === 'RequestComplete' ? isError : isRefusal;
    const { value, timedOut } = await withDeadline(scheduler, outer, timeoutMs, (signal) =>
      follow(first, fails, signal),
    );
    return timedOut && !value.ok ? noAnswerInTime('HTTP', shown(first), timeoutMs) : value;
  }

  async function follow(first: Hop, fails: StatusTest, signal: AbortSignal): Promise<TaskResult> {
    let hop = first;
    for (let redirects = 0; ; redirects++) {
      const outcome = await send(hop, signal);
      if (outcome.kind === 'failure') return noAnswer('HTTP', shown(hop), outcome);
      const location = redirectLocation(outcome.status, outcome.headers);
      if (maxRedirects === 0 || location === undefined) return answerResult(hop, outcome, fails);
      const next =
        redirects < maxRedirects
          ? nextHop(first.url, hop, outcome.status, location)
          : `more than ${maxRedirects} redirects (setting http.maxRedirects)`;
      if (typeof next === 'string') return failed('HTTP.RedirectFailed', `${shown(hop)}: ${next}`);
      hop = next;
    }
  }

  function send(hop: Hop, signal: AbortSignal): ReturnType<Transport['exchange']> {
    const request = {
      ...hop,
      maxBodyBytes: maxResponseBytes,
      trusted: false,
      repeatable: hop.hasOwnKey || IDEMPOTENT.has(hop.method),
      dropBody: (status: number, headers: Answer['headers']) =>
        maxRedirects > 0 && redirectLocation(status, headers) !== undefined,
    };
    return transport.exchange(request, signal);
  }

  async function answerResult(hop: Hop, answer: Answer, fails: StatusTest): Promise<TaskResult> {
    const { status, headers } = answer;
    const encoding = headerOf(headers, 'content-encoding');
    const decoded = await decodeBody(answer.body, encoding, maxResponseBytes, parts);
    if (decoded.kind === 'failure') return noAnswer('HTTP', shown(hop), decoded);
    if (fails(status)) {
      const said = bodyBeginning(decoded.bytes);
      return failed(`HTTP.${status}`, `${shown(hop)} answered ${status}${said === '' ? '' : `: ${said}`}`);
    }
    // As Go's client does: the two headers do not describe the decoded body.
    const omit = decoded.changed ? ['content-encoding', 'content-length'] : [];
    return succeeded({
      Header: shownHeaders(headers, omit),
      Code: status,
      Body: bodyValue(decoded.bytes, headerOf(headers, 'content-type')),
    });
  }

  return { run };
}

/** `GET https://example.com/path`, the beginning of a cause. */
function shown({ method, url }: Hop): string {
  return `${method} ${shownUrl(url)}`;
}

/** `5xx` names a class of statuses, `429` one status. */
function errorStatusTest(patterns: readonly string[]): StatusTest {
  const classes = new Set<number>();
  const single = new Set<number>();
  for (const pattern of patterns) {
    assert(/^[1-5](?:\d\d|xx)$/i.test(pattern), `settings: http.errorStatuses has "${pattern}"`);
    if (/xx$/i.test(pattern)) classes.add(Number(pattern[0]));
    else single.add(Number(pattern));
  }
  return (status) => single.has(status) || classes.has(Math.floor(status / 100));
}
