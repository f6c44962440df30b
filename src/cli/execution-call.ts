/** Calls of a running server about one execution, for `millrace why` and `millrace redrive`. */
import { callServer } from './call-server.ts';
import type { ServerReply } from './call-server.ts';
import type { Host } from './host.ts';

export interface ExecutionCall {
  readonly flow: string;
  readonly execution: string;
  /** URL of the server; null: the one in MILLRACE_ENDPOINT, else the address in the settings. */
  readonly endpoint: string | null;
  /** Print the reply as JSON. */
  readonly json: boolean;
}

/** Calls an action about the execution and prints its reply, as JSON or as the lines of `lines`. @throws {StartFault} */
export async function printReply(
  host: Host,
  action: string,
  call: ExecutionCall,
  lines: (reply: ServerReply) => readonly string[],
): Promise<void> {
  const parameters = { FlowName: call.flow, ExecutionName: call.execution };
  const reply = await callServer(host, call.endpoint, action, parameters);
  if (call.json) host.out(`${JSON.stringify(reply, null, 2)}\n`);
  else for (const line of lines(reply)) host.out(`${plain(line)}\n`);
}

/** Replaces control characters, which a terminal would execute: names of states may contain any text. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
