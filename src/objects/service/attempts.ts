/**
 * One call of a service, repeated when the fault may pass: no connection, no complete answer in time, and the statuses with which services
 * ask for another attempt. All calls here may be repeated, because a write replaces the whole object.
 */
import type { Scheduler } from '../../base/scheduler.ts';
import { withDeadline } from '../../outbound/deadline.ts';
import type { Answer, Failure, Transport } from '../../outbound/transport.ts';
import { ObjectFault } from '../ports.ts';
import type { BucketCall, Signer } from './signers.ts';

export interface ServiceParts {
  readonly transport: Transport;
  readonly scheduler: Scheduler;
  /** An attempt without an answer ends after this time. */
  readonly timeoutMs: number;
}

/** Before the second and each later attempt. */
const PAUSES_MS = [200, 1_000, 3_000, 9_000];

const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export interface Attempted {
  readonly call: BucketCall;
  /** The subject of a message: `object "a" of bucket "b"`. */
  readonly what: string;
  readonly maxBodyBytes: number;
}

/**
 * The answer of the service: any but a transient one.
 * @throws {ObjectFault} `Unavailable` after the last attempt, `Aborted` by the signal
 */
export async function answerTo(
  { transport, scheduler, timeoutMs }: ServiceParts,
  sign: Signer,
  { call, what, maxBodyBytes }: Attempted,
  signal: AbortSignal,
): Promise<Answer> {
  let detail = '';
  for (const pauseMs of [0, ...PAUSES_MS]) {
    if (pauseMs > 0) await pauseUnlessAborted(scheduler, pauseMs, signal);
    if (signal.aborted) throw new ObjectFault('Aborted', `the work on ${what} was aborted`);
    const { url, headers } = sign(call);
    const outgoing = {
      url,
      method: call.method,
      headers,
      body: call.body,
      maxBodyBytes,
      trusted: true,
      repeatable: true,
    };
    const { value, timedOut } = await withDeadline(scheduler, signal, timeoutMs, (inner) =>
      scheduler.outside(transport.exchange(outgoing, inner)),
    );
    if (value.kind === 'answer' && !TRANSIENT.has(value.status)) return value;
    if (value.kind === 'failure' && !isTransient(value, timedOut)) throw refused(what, url, value, signal);
    detail = detailOf(value, timedOut ? timeoutMs : null);
  }
  const { url } = sign(call);
  throw new ObjectFault(
    'Unavailable',
    `${what}: ${url.origin} gave no useful answer in ${PAUSES_MS.length + 1} attempts, the last time because ${detail}; check that the service ` +
      'works and that its endpoint is right, then start the execution again',
  );
}

function isTransient({ reason }: Failure, timedOut: boolean): boolean {
  return timedOut || reason === 'connection' || reason === 'memory';
}

function refused(what: string, url: URL, { reason, detail }: Failure, signal: AbortSignal): ObjectFault {
  if (reason === 'aborted' && signal.aborted) return new ObjectFault('Aborted', `the work on ${what} was aborted`);
  const more = reason === 'too-large' ? 'the service ignores the range of bytes that it was asked for' : detail;
  return new ObjectFault('Unusable', `${what}: the call of ${url.origin} is not possible: ${more}`);
}

function detailOf(value: Answer | Failure, limitMs: number | null): string {
  if (limitMs !== null) return `no answer came within ${limitMs} ms (setting http.timeout)`;
  return value.kind === 'answer' ? `it answered with status ${value.status}` : value.detail;
}

function pauseUnlessAborted(scheduler: Pick<Scheduler, 'after'>, pauseMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = scheduler.after(pauseMs, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
