/** `millrace nodes`: the nodes that run executions of a server's store (docs/extensions.md). */
import { isJsonArray, isJsonObject, memberOf } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { callServer, textOf } from './call-server.ts';
import { plain } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT } from './host.ts';

export interface NodesCall {
  /** URL of the server; null: the one in MILLRACE_ENDPOINT, else the address in the settings. */
  readonly endpoint: string | null;
  /** Print the reply as JSON. */
  readonly json: boolean;
}

/** The columns: their heads, and what they show of a node. */
const COLUMNS: readonly (readonly [head: string, cell: (node: JsonObject) => string])[] = [
  ['NODE', (node) => number(node, 'Node')],
  ['RANK', (node) => number(node, 'Rank')],
  ['NAME', (node) => textOf(node, 'Name')],
  ['VERSION', (node) => textOf(node, 'Version')],
  ['LAST BEAT', (node) => `${number(node, 'SinceBeat')} ms ago`],
  ['LAG', (node) => `${number(node, 'Lag')} ms`],
  ['IN MEMORY', (node) => number(node, 'Executions')],
  ['OWNED', (node) => number(node, 'OwnedExecutions')],
  ['JOINED', (node) => textOf(node, 'JoinedTime')],
];

/** Prints a table with a line for each node. @throws {StartFault} */
export async function nodes(host: Host, call: NodesCall): Promise<number> {
  const reply = await callServer(host, call.endpoint, 'ListNodes', {});
  if (call.json) {
    host.out(`${JSON.stringify(reply, null, 2)}\n`);
    return EXIT.ok;
  }
  const list = memberOf(reply, 'Nodes') ?? [];
  const found = (isJsonArray(list) ? list : []).filter(isJsonObject);
  const rows = found.map((node) => COLUMNS.map(([, cell]) => plain(cell(node))));
  for (const line of table([COLUMNS.map(([head]) => head), ...rows])) host.out(`${line}\n`);
  return EXIT.ok;
}

function number(node: JsonObject, member: string): string {
  return String(memberOf(node, member) ?? '');
}

/** Cells under each other, two spaces apart. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
