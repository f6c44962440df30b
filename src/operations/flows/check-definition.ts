/** The check of a definition that CreateFlow and UpdateFlow make before they store it, and what becomes of its warnings. */
import { invalidArgument } from '../../api/error.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { formatDiagnostic } from '../../base/diagnostic.ts';
import type { ExecutionMode } from '../../store/flows.ts';
import type { OperationRequest } from '../operation.ts';
import type { OperationServices } from '../services.ts';

/**
 * Refuses a definition that cannot run in this mode; returns the warnings of one that can.
 * @throws {ApiError} `InvalidArgument` whose message lists every error, a line each, and for a caller that asks for warnings those
 *   behind a heading (rules.md 6.3).
 */
export async function checkDefinition(
  services: OperationServices,
  flow: { readonly name: string; readonly executionMode: ExecutionMode },
  definition: string,
  request: OperationRequest,
): Promise<readonly Diagnostic[]> {
  const { isSound, diagnostics } = await services.compiler.check(definition, {
    mode: flow.executionMode,
    flowName: flow.name,
    limits: services.limits,
    httpErrorStatuses: services.httpErrorStatuses,
  });
  if (isSound) return diagnostics;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').map(formatDiagnostic);
  const further = request.wantsWarnings !== true || warnings.length === 0 ? [] : [WARNINGS, ...warnings];
  throw invalidArgument(
    [
      `Definition of flow '${flow.name}' is not valid for the execution mode ${flow.executionMode}:`,
      ...errors,
      ...further,
    ].join('\n'),
  );
}

const WARNINGS = 'Warnings, for which alone it would not be refused:';

/** Reports the warnings of a definition that was stored to the log. */
export function reportWarnings(
  { observer }: OperationServices,
  { requestId }: OperationRequest,
  flowName: string,
  warnings: readonly Diagnostic[],
): void {
  if (warnings.length > 0) observer.definitionWarned?.({ requestId, flowName, warnings });
}

/** The member `Warnings` of a reply, for a caller that asks for it. */
export function warningsReply(
  { wantsWarnings }: OperationRequest,
  warnings: readonly Diagnostic[],
): { readonly Warnings?: string } {
  if (wantsWarnings !== true) return {};
  const list = warnings.map(({ severity, code, line, column, path, message }) => ({
    severity,
    code,
    line,
    column,
    path,
    message,
  }));
  return { Warnings: JSON.stringify(list) };
}
