/** `millrace messages [NAME]`: messages in queues and topics of a server's own Message Service (docs/extensions.md). */
import { isJsonArray, isJsonObject, memberOf } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { callServer, textOf } from './call-server.ts';
import type { ServerReply } from './call-server.ts';
import { plain } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT } from './host.ts';

export interface MessagesCall {
  /** Name of a queue or topic; null: all of them. */
  readonly name: string | null;
  /** How many messages to show, the newest. */
  readonly limit: number;
  /** URL of the server; null: the one in MILLRACE_ENDPOINT, else the address in the settings. */
  readonly endpoint: string | null;
  /** Print the reply as JSON. */
  readonly json: boolean;
}

/** Prints a line for each message, the newest last. @throws {StartFault} */
export async function messages(host: Host, call: MessagesCall): Promise<number> {
  const parameters = { Limit: String(call.limit), ...(call.name !== null && { Name: call.name }) };
  const reply = await callServer(host, call.endpoint, 'ListMessages', parameters);
  if (call.json) host.out(`${JSON.stringify(reply, null, 2)}\n`);
  else for (const line of lines(reply, call.name)) host.out(`${plain(line)}\n`);
  return EXIT.ok;
}

function lines(reply: ServerReply, name: string | null): readonly string[] {
  const list = memberOf(reply, 'Messages') ?? [];
  const found = (isJsonArray(list) ? list : []).filter(isJsonObject).map(lineOf).reverse();
  if (found.length > 0) return found;
  return [name === null ? 'There are no messages.' : `There are no messages for a queue or topic named ${name}.`];
}

function lineOf(message: JsonObject): string {
  const tag = textOf(message, 'MessageTag');
  const to = `${textOf(message, 'Kind').toLowerCase()} ${textOf(message, 'Name')}${tag === '' ? '' : ` [${tag}]`}`;
  return `${textOf(message, 'SentTime')} ${to}${pushNote(memberOf(message, 'Push'))}: ${textOf(message, 'MessageBody')}`;
}

function pushNote(push: ReturnType<typeof memberOf>): string {
  if (!isJsonObject(push)) return '';
  const attempts = Number(memberOf(push, 'Attempts'));
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  switch (textOf(push, 'Status')) {
    case 'Done':
      return ' (pushed)';
    case 'Failed':
      return ` (not pushed after ${times}: ${textOf(push, 'Error')})`;
    case 'Due':
      return attempts === 0 ? ' (to be pushed)' : ` (to be pushed again, after ${times}: ${textOf(push, 'Error')})`;
    default:
      return '';
  }
}
