/** `millrace export FOLDER`: flows, versions, aliases and schedules of a running server as readable files (docs/operations.md). */
import { resolve } from 'node:path';
import { writeExport } from './export-folder.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { flowNames, patientCalls, readFlow } from './transfer.ts';
import type { TransferredFlow } from './transfer.ts';

export interface ExportOptions {
  readonly folder: string;
  /** Names of the flows; empty: all. */
  readonly flows: readonly string[];
  readonly endpoint: string | null;
}

/** Prints what was written. @throws {StartFault} */
export async function exportFlows(host: Host, { folder, flows: named, endpoint }: ExportOptions): Promise<number> {
  const call = await patientCalls(host, endpoint);
  const flows: TransferredFlow[] = [];
  for (const name of named.length > 0 ? [...new Set(named)].sort() : await flowNames(call)) {
    const flow = await readFlow(call, name);
    if (flow !== null) flows.push(flow);
    // A flow of the list may have been deleted since.
    else if (named.length > 0) throw new StartFault(`the server has no flow named ${name}`);
  }
  const target = resolve(host.workingFolder, folder);
  writeExport(target, flows);
  if (flows.some(({ schedules }) => schedules === null)) {
    host.err('This server has no schedules, because it is of an earlier version. The export has none.\n');
  }
  const count = (of: (flow: TransferredFlow) => number) => flows.reduce((sum, flow) => sum + of(flow), 0);
  const [versions, aliases] = [count((flow) => flow.versions.length), count((flow) => flow.aliases.length)];
  const schedules = count((flow) => flow.schedules?.length ?? 0);
  host.out(`${target}: flows: ${flows.length}, versions: ${versions}, aliases: ${aliases}, schedules: ${schedules}\n`);
  return EXIT.ok;
}
