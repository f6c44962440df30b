/** `millrace redrive FLOW EXECUTION`: a failed execution goes on from the state that failed (docs/extensions.md). */
import { memberOf } from '../base/json.ts';
import { printReply } from './execution-call.ts';
import type { ExecutionCall } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT } from './host.ts';

/** Redrives the execution and says so; its end is not waited for. @throws {StartFault} */
export async function redrive(host: Host, call: ExecutionCall): Promise<number> {
  await printReply(host, 'RedriveExecution', call, (reply) => [
    `${call.execution} of ${call.flow} is ${String(memberOf(reply, 'Status'))} again.`,
  ]);
  return EXIT.ok;
}
