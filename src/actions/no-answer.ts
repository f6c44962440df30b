/** The errors of a task whose call got no answer; they are the same for every service (docs/tasks.md). */
import type { Failure } from '../outbound/transport.ts';
import type { TaskResult } from './action.ts';
import { failed } from './results.ts';

const ERRORS: Readonly<Record<Exclude<Failure['reason'], 'memory'>, string>> = {
  connection: 'ConnectionFailed',
  aborted: 'ConnectionFailed',
  'too-large': 'ResponseTooLarge',
  address: 'AddressNotAllowed',
  request: 'InvalidRequest',
};

/** The error of a call that failed. `product` begins the error, and `what` begins the cause: `GET http://…`. */
export function noAnswer(product: string, what: string, { reason, detail }: Failure): TaskResult {
  // The same error for every service, because the service is not to blame (rules.md 12.17).
  if (reason === 'memory') return failed('FnF.DataLimitExceeded', `${what}: ${detail}`);
  return failed(`${product}.${ERRORS[reason]}`, `${what}: ${detail}`);
}

/** The error of a call that was aborted after `timeoutMs`. */
export function noAnswerInTime(product: string, what: string, timeoutMs: number): TaskResult {
  return failed(`${product}.Timeout`, `${what}: ${noAnswerWithin(timeoutMs)}`);
}

/** The cause of a call that was aborted after `timeoutMs`. */
export function noAnswerWithin(timeoutMs: number): string {
  return `no answer within ${timeoutMs} ms (setting http.timeout)`;
}
