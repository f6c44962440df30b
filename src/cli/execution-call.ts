/** What the commands share that ask a running server about one execution: how they are called, and how they print. */
import { callServer } from './call-server.ts';
import type { ServerReply } from './call-server.ts';
import type { Host } from './host.ts';

export interface ExecutionCall {
  readonly flow: string;
  readonly execution: string;
  /** URL of the server; null: where the settings say. */
  readonly endpoint: string | null;
  /** Whether the reply is printed as it came. */
  readonly json: boolean;
}

/** Calls an action about the execution and prints its reply, as JSON or as `lines` puts it. @throws {StartFault} */
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

/** Without what a terminal would obey: names of states are anybody's text. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
