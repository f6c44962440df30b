/** `millrace import FOLDER`: makes the flows of a running server equal to those of an export (docs/operations.md). */
import { resolve } from 'node:path';
import { readExport } from './export-folder.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { planFlow } from './import-plan.ts';
import type { ImportStep } from './import-plan.ts';
import type { ServerCall } from './call-server.ts';
import { hasSchedules, patientCalls, readFlow } from './transfer.ts';
import type { TransferredFlow } from './transfer.ts';

export interface ImportOptions {
  readonly folder: string;
  readonly endpoint: string | null;
  /** Only print what would change. */
  readonly dryRun: boolean;
}

/** Prints each change. Changes nothing if one of the flows has a conflict. @throws {StartFault} */
export async function importFlows(host: Host, { folder, endpoint, dryRun }: ImportOptions): Promise<number> {
  const exported = readExport(resolve(host.workingFolder, folder));
  const call = await patientCalls(host, endpoint);
  const left = await unsupportedSchedules(call, exported);
  const wanted = left === 0 ? exported : exported.map((flow) => ({ ...flow, schedules: null }));
  const plans = [];
  for (const flow of wanted) plans.push(planFlow(flow, await readFlow(call, flow.name)));
  const conflicts = plans.flatMap((plan) => plan.conflicts);
  if (conflicts.length > 0) {
    for (const conflict of conflicts) host.err(`conflict: ${conflict}.\n`);
    host.err('Nothing was changed.\n');
    return EXIT.failed;
  }
  const steps = plans.flatMap((plan) => plan.steps);
  for (const step of steps) {
    if (!dryRun) await explaining(step, () => step.run(call));
    host.out(`${step.text}\n`);
  }
  const changes = `flows: ${wanted.length}, changes: ${steps.length}`;
  host.out(dryRun ? `${changes}. This was a dry run: nothing was changed.\n` : `${changes}\n`);
  if (left === 0) return EXIT.ok;
  host.err(
    `The server has no schedules, because it is of an earlier version. It did not get those of the export: ${left}. Import again after an update of the server.\n`,
  );
  return EXIT.failed;
}

/** Says which change failed. */
async function explaining(step: ImportStep, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    const message = `${step.text}: ${error.message}\nThe server has the changes that were printed before. Import again to do the rest`;
    throw new StartFault(message, { cause: error });
  }
}

/** The number of schedules that the server cannot have. */
async function unsupportedSchedules(call: ServerCall, flows: readonly TransferredFlow[]): Promise<number> {
  const first = flows.find(({ schedules }) => (schedules?.length ?? 0) > 0);
  if (first === undefined || (await hasSchedules(call, first.name))) return 0;
  return flows.reduce((sum, { schedules }) => sum + (schedules?.length ?? 0), 0);
}
