/** Reads the tables of a page, so that a test can compare the page with the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cells of the table under a heading, without its first row. A bar inside a cell is written `\|`. */
export function tableUnder(page: string, heading: string): readonly (readonly string[])[] {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', page), 'utf8');
  const lines = text.split('\n');
  const from = lines.indexOf(heading);
  if (from < 0) throw new Error(`docs/${page} has no heading "${heading}"`);
  const rows: string[][] = [];
  for (const line of lines.slice(from + 1)) {
    if (line.startsWith('#')) break;
    if (!line.startsWith('|')) continue;
    rows.push(
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
  }
  return rows.slice(2);
}
