/**
 * `millrace validate FILE…`: prints all faults of all files, one on each line, in the form that editors and CI systems read:
 * `file:line:column: severity: message`.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import { formatDiagnostic } from '../base/diagnostic.ts';
import { compileDefinition } from '../language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../language/limits.ts';
import type { ExecutionMode } from '../store/flows.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { readSource, sourceLabel } from './source-text.ts';

/** Prints the diagnostics of all files. Returns 1 when one of them is an error, else 0. */
export async function validate(host: Host, files: readonly string[], mode: ExecutionMode): Promise<number> {
  const totals = { error: 0, warning: 0 };
  for (const file of files) {
    for (const diagnostic of await diagnose(host, file, mode)) {
      host.out(`${sourceLabel(file)}:${formatDiagnostic(diagnostic)}\n`);
      totals[diagnostic.severity]++;
    }
  }
  host.err(
    `${count(files.length, 'file')} checked as ${mode}: ` +
      `${count(totals.error, 'error')}, ${count(totals.warning, 'warning')}\n`,
  );
  return totals.error === 0 ? EXIT.ok : EXIT.failed;
}

async function diagnose(host: Host, file: string, mode: ExecutionMode): Promise<readonly Diagnostic[]> {
  try {
    const text = await readSource(host, file);
    // Not the settings of this machine: the same file gets the same answer everywhere.
    return compileDefinition(text, { mode, flowName: null, limits: DEFAULT_DEFINITION_LIMITS }).diagnostics;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    return [{ severity: 'error', code: 'unreadable', message: error.message, line: 1, column: 1, path: '' }];
  }
}

function count(n: number, what: string): string {
  return `${n === 0 ? 'no' : n} ${what}${n === 1 ? '' : 's'}`;
}
