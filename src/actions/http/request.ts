/**
 * `HTTP:Request` (integrations.md 4; decisions.md 3.7 and 7; docs/tasks.md): one request, its redirects, and the
 * answer as `{Header, Code, Body}`. Every redirect passes the egress policy again, and one deadline bounds them all.
 */
import { assert } from '../../base/assert.ts';
import type { Clock } from '../../base/clock.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import { bodyValue, unpackBody } from '../answer-body.ts';
import { withDeadline } from '../../outbound/deadline.ts';
import { headerOf, shownHeaders } from '../../outbound/header-fields.ts';
import { shownUrl } from '../../outbound/shown-url.ts';
import { firstHop } from './parameters.ts';
import { isRedirect, nextHop } from './redirect.ts';
import type { Hop } from './redirect.ts';
import { beginning } from '../../base/text.ts';
import { failed, succeeded } from '../results.ts';
import type { Answer, Failure, Transport } from '../../outbound/transport.ts';

export interface HttpOptions {
  readonly errorStatuses: readonly string[];
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** 0: redirects are not followed, the answer is the redirect itself. */
  readonly maxRedirects: number;
}

/** Methods whose second arrival changes nothing (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

type StatusTest = (status: number) => boolean;

/** The action `HTTP:Request`. Fails as `HTTP.*`, see docs/tasks.md. */
export function httpRequestAction(transport: Transport, clock: Clock, options: HttpOptions): Action {
  const isError = errorStatusTest(options.errorStatuses);

  async function run(call: TaskCall, outer: AbortSignal): Promise<TaskResult> {
    const first = firstHop(call);
    if (typeof first === 'string') return failed('HTTP.InvalidRequest', first);
    const { value, timedOut } = await withDeadline(clock, outer, options.timeoutMs, (signal) =>
      follow(first, call.mode === 'RequestComplete' ? isError : isRefusal, signal),
    );
    if (!timedOut || value.ok) return value;
    return failed('HTTP.Timeout', `${first.method} ${shownUrl(first.url)}: no answer within ${options.timeoutMs} ms`);
  }

  // A service that refuses a callback task will never report it, and nobody could read the refusal in its answer.
  const isRefusal: StatusTest = (status) => status >= 400 || isError(status);

  async function follow(first: Hop, fails: StatusTest, signal: AbortSignal): Promise<TaskResult> {
    let hop = first;
    for (let redirects = 0; ; redirects++) {
      const outcome = await transport.exchange(
        {
          ...hop,
          maxBodyBytes: options.maxResponseBytes,
          trusted: false,
          repeatable: hop.keyed || IDEMPOTENT.has(hop.method),
          dropBody: (status, headers) => options.maxRedirects > 0 && isRedirect(status, headers),
        },
        signal,
      );
      if (outcome.kind === 'failure') return failureResult(hop, outcome);
      const location = headerOf(outcome.headers, 'location');
      if (options.maxRedirects === 0 || location === undefined || !isRedirect(outcome.status, outcome.headers)) {
        return answerResult(hop, outcome, fails);
      }
      const next =
        redirects < options.maxRedirects
          ? nextHop(first.url, hop, outcome.status, location)
          : `more than ${options.maxRedirects} redirects`;
      if (typeof next === 'string') return failed('HTTP.RedirectFailed', `${hop.method} ${shownUrl(hop.url)}: ${next}`);
      hop = next;
    }
  }

  async function answerResult(hop: Hop, answer: Answer, fails: StatusTest): Promise<TaskResult> {
    const encoding = headerOf(answer.headers, 'content-encoding');
    const unpacked = await unpackBody(answer.body, encoding, options.maxResponseBytes);
    if (unpacked.kind === 'broken') {
      const detail = `the body cannot be decoded as ${encoding}: ${unpacked.detail}`;
      return failed('HTTP.ConnectionFailed', `${hop.method} ${shownUrl(hop.url)}: ${detail}`);
    }
    if (unpacked.kind === 'too-large') {
      const detail = `the decoded answer is larger than ${options.maxResponseBytes} bytes (setting http.maxResponse)`;
      return failed('HTTP.ResponseTooLarge', `${hop.method} ${shownUrl(hop.url)}: ${detail}`);
    }
    if (fails(answer.status)) {
      const said = beginning(unpacked.bytes.toString('utf8', 0, 1024));
      const detail = said === '' ? '' : `: ${said}`;
      return failed(`HTTP.${answer.status}`, `${hop.method} ${shownUrl(hop.url)} answered ${answer.status}${detail}`);
    }
    // As Go's client does: once decoded, the two headers would no longer describe the body.
    const omit = unpacked.unpacked ? ['content-encoding', 'content-length'] : [];
    return succeeded({
      Header: shownHeaders(answer.headers, omit),
      Code: answer.status,
      Body: bodyValue(unpacked.bytes, headerOf(answer.headers, 'content-type')),
    });
  }

  return { run };
}

const ERROR_OF: Readonly<Record<Failure['reason'], string>> = {
  connection: 'HTTP.ConnectionFailed',
  aborted: 'HTTP.ConnectionFailed',
  'too-large': 'HTTP.ResponseTooLarge',
  address: 'HTTP.AddressNotAllowed',
  request: 'HTTP.InvalidRequest',
};

function failureResult(hop: Hop, failure: Failure): TaskResult {
  return failed(ERROR_OF[failure.reason], `${hop.method} ${shownUrl(hop.url)}: ${failure.detail}`);
}

/** `5xx` is a class, `429` one status. */
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
