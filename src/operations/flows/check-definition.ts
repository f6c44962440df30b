/** The check of a definition that CreateFlow and UpdateFlow make before they store it. */
import { invalidArgument } from '../../api/error.ts';
import { formatDiagnostic } from '../../base/diagnostic.ts';
import type { ExecutionMode } from '../../store/flows.ts';
import type { OperationServices } from '../services.ts';

/**
 * Refuses a definition that cannot run in this mode.
 * @throws {ApiError} `InvalidArgument` whose message lists every diagnostic, a line each (rules.md 6.3).
 */
export async function checkDefinition(
  services: OperationServices,
  flow: { readonly name: string; readonly executionMode: ExecutionMode },
  definition: string,
): Promise<void> {
  const { isSound, diagnostics } = await services.compiler.check(definition, {
    mode: flow.executionMode,
    flowName: flow.name,
    limits: services.limits,
    httpErrorStatuses: services.httpErrorStatuses,
  });
  if (isSound) return;
  const lines = diagnostics.map(formatDiagnostic).join('\n');
  throw invalidArgument(
    `Definition of flow '${flow.name}' is not valid for the execution mode ${flow.executionMode}:\n${lines}`,
  );
}
