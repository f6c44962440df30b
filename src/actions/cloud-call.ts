/** One signed call to a service of the cloud: its options, its time limit, and its errors when there is no answer. */
import type { Clock } from '../base/clock.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Ids } from '../base/ids.ts';
import type { DecodingParts } from '../outbound/content-encoding.ts';
import { withDeadline } from '../outbound/deadline.ts';
import type { Answer, Outgoing, Transport } from '../outbound/transport.ts';
import type { TaskResult } from './action.ts';
import type { CloudAccess } from './cloud-access.ts';
import { noAnswer, noAnswerInTime } from './no-answer.ts';

export interface CloudOptions extends DecodingParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly cloud: CloudAccess;
  /** For calls that name no other region or account. */
  readonly region: string;
  readonly account: string;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/**
 * The answer to one call of `product`, or the failure of the task. The cause begins with `what`: operation and endpoint. The
 * call is never sent a second time.
 */
export async function callCloud(
  options: Pick<CloudOptions, 'transport' | 'scheduler' | 'timeoutMs' | 'maxBodyBytes'>,
  product: string,
  what: string,
  request: Pick<Outgoing, 'url' | 'method' | 'headers' | 'body'>,
  outer: AbortSignal,
): Promise<Answer | TaskResult> {
  const { transport, scheduler, timeoutMs, maxBodyBytes } = options;
  const outgoing = { ...request, maxBodyBytes, trusted: true, repeatable: false };
  const { value, timedOut } = await withDeadline(scheduler, outer, timeoutMs, (signal) =>
    transport.exchange(outgoing, signal),
  );
  if (value.kind === 'answer') return value;
  return timedOut ? noAnswerInTime(product, what, timeoutMs) : noAnswer(product, what, value);
}
