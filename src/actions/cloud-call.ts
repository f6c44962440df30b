/** What every signed call to a service of the cloud has in common: its deadline, and the names of the errors without an answer. */
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { CloudCredentials } from '../config/settings.ts';
import type { TaskResult } from './action.ts';
import { withDeadline } from '../outbound/deadline.ts';
import { failed } from './results.ts';
import type { Answer, Failure, Outgoing, Transport } from '../outbound/transport.ts';

export interface CloudOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly credentials: CloudCredentials | null;
  /** Where a call goes that names no other region or account. */
  readonly region: string;
  readonly account: string;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

const FAILURES: Readonly<Record<Failure['reason'], string>> = {
  connection: 'ConnectionFailed',
  aborted: 'ConnectionFailed',
  address: 'ConnectionFailed',
  request: 'InvalidRequest',
  'too-large': 'ResponseTooLarge',
};

/**
 * The answer to one call of `product`, or the failure of the task; `what` says in the cause what was called. Nothing is
 * sent a second time.
 */
export async function callCloud(
  options: Pick<CloudOptions, 'transport' | 'clock' | 'timeoutMs' | 'maxBodyBytes'>,
  product: string,
  what: string,
  request: Pick<Outgoing, 'url' | 'method' | 'headers' | 'body'>,
  outer: AbortSignal,
): Promise<Answer | TaskResult> {
  const { transport, clock, timeoutMs, maxBodyBytes } = options;
  const outgoing = { ...request, maxBodyBytes, trusted: true, repeatable: false };
  const { value, timedOut } = await withDeadline(clock, outer, timeoutMs, (signal) =>
    transport.exchange(outgoing, signal),
  );
  if (value.kind === 'answer') return value;
  if (timedOut) return failed(`${product}.Timeout`, `${what}: no answer within ${timeoutMs} ms`);
  return failed(`${product}.${FAILURES[value.reason]}`, `${what}: ${value.detail}`);
}

/** The failure of a call for which no key is configured. */
export function missingCredentials(product: string, action: string): TaskResult {
  return failed(`${product}.MissingCredentials`, missingKey(action));
}

/** The cause of it. */
export function missingKey(action: string): string {
  return `${action} is a call to the cloud; the settings cloud.accessKeyId and cloud.accessKeySecret must be given for it`;
}
