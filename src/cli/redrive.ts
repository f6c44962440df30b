/** `millrace redrive FLOW EXECUTION`: restarts a failed execution from the state that failed (docs/extensions.md). */
import { memberOf } from '../base/json.ts';
import { printReply } from './execution-call.ts';
import type { ExecutionCall } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT } from './host.ts';

/** Redrives the execution and prints its status, without waiting for its end. @throws {StartFault} */
export async function redrive(host: Host, call: ExecutionCall): Promise<number> {
  await printReply(host, 'RedriveExecution', call, (reply) => [
    `${call.execution} of ${call.flow} is ${String(memberOf(reply, 'Status'))} again.`,
  ]);
  return EXIT.ok;
}
