/**
 * `millrace convert FILE`: converts a classic flow or an Amazon States Language definition to a state machine, on standard
 * output. Standard error gets a note with its line for each part that the conversion changes, and an error with its line for
 * each part that cannot be converted.
 */
import { basename, extname } from 'node:path';
import { isName } from '../api/names.ts';
import type { ConvertOptions } from '../conversion/convert.ts';
import { convertDefinition } from '../conversion/convert.ts';
import type { Host } from './host.ts';
import { EXIT } from './host.ts';
import { readSource, sourceLabel } from './source-text.ts';

export interface ConvertRequest {
  readonly file: string;
  readonly from: ConvertOptions['from'];
  /** Name of the flow; null: the definition's own, or else that of the file. */
  readonly name: string | null;
  /** True for `--stub`. */
  readonly stubs: boolean;
}

/** Prints the converted definition. Returns 1 and prints nothing on standard output when a part cannot be converted. */
export async function convert(host: Host, { file, from, name, stubs }: ConvertRequest): Promise<number> {
  const text = await readSource(host, file);
  const {
    text: converted,
    notes,
    refusals,
  } = convertDefinition(text, {
    ...{ from, name, stubs },
    fallbackName: nameOf(file),
  });
  const label = sourceLabel(file);
  for (const { line, column, message } of refusals) host.err(`${label}:${line}:${column}: error: ${message}\n`);
  for (const { line, message } of notes) host.err(`note: line ${line}: ${message}\n`);
  if (converted === null) {
    host.err(`${label} was not converted\n`);
    return EXIT.failed;
  }
  host.out(converted);
  return EXIT.ok;
}

/** A flow's name from a file's name: `orders` for `flows/orders.asl.json`. */
function nameOf(file: string): string {
  const stem = file === '-' ? '' : basename(file).replace(/\..*$/, '') || basename(file, extname(file));
  const name = stem
    .replace(/[^A-Za-z0-9_-]/g, '-')
    .replace(/^(?=[^A-Za-z_])/, '_')
    .slice(0, 128);
  return isName(name) ? name : 'flow';
}
