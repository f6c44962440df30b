/**
 * `npm run bench:compare -- FOLDER`: compares two checkouts in one run, to find out whether a change made something slower. It
 * runs the benchmarks of both checkouts in turn, in an order that changes each round. For each row it prints the figure of this
 * checkout divided by that of the other: the median, the lowest and the highest of the rounds.
 *
 * `--only durable` runs one part, `--rounds 7` sets the number of rounds, `--quick` is passed to the benchmarks.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, ratio } from './statistics.ts';
import { spread } from './table.ts';

interface Figures {
  /** The figures of Millrace, by row. */
  readonly ours: ReadonlyMap<string, number>;
  /** The figure of Millrace divided by the baseline's, by row; without the rows that have no baseline. */
  readonly ratios: ReadonlyMap<string, number>;
}

const HERE = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, quick: { type: 'boolean' } },
  allowPositionals: true,
});
const { only, quick = false } = values;
const rounds = Number(values.rounds);
const [other] = positionals;
if (other === undefined) throw new Error('name the folder of the other checkout: npm run bench:compare -- ../before');

function measure(folder: string): Figures {
  const args = ['bench/main.ts', ...(only === undefined ? [] : ['--only', only])];
  if (quick) args.push('--quick');
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the benchmark of ${folder} failed:\n${stderr}`);
  return figuresOf(stdout);
}

/** Reads the printed table: a row's name, its first figure, and the ratio in bold. */
function figuresOf(text: string): Figures {
  const ours = new Map<string, number>();
  const ratios = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, what = '', figure = '', beside = '', inBold = ''] = line.split('|').map((cell) => cell.trim());
    const value = Number(/(?<![a-z\d])\d[\d,.]*/.exec(figure)?.[0].replaceAll(',', ''));
    if (!line.startsWith('|') || Number.isNaN(value)) continue;
    const name = what === 'the same' ? `${what}: ${beside.replace(/:.*/, '')}` : what;
    ours.set(name, value);
    const bold = /\*\*([\d.]+)\*\*/.exec(inBold)?.[1];
    if (bold !== undefined) ratios.set(name, Number(bold));
  }
  return { ours, ratios };
}

const sides: { readonly here: Figures[]; readonly there: Figures[] } = { here: [], there: [] };
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? (['here', 'there'] as const) : (['there', 'here'] as const);
  for (const side of order) sides[side].push(measure(side === 'here' ? HERE : other));
  console.error(`round ${round + 1} of ${rounds}`);
}

function compared(of: keyof Figures, name: string): string {
  const values = (figures: readonly Figures[]): number[] => figures.map((each) => each[of].get(name) ?? Number.NaN);
  const [here, there] = [values(sides.here), values(sides.there)];
  if ([...here, ...there].some(Number.isNaN)) return '–';
  return spread(ratio(here, there));
}

console.log(
  '| row | here | there | figure, here ÷ there | ratio beside the baseline, here ÷ there |\n|---|---|---|---|---|',
);
for (const name of sides.here[0]?.ours.keys() ?? []) {
  const middle = (figures: readonly Figures[]): number =>
    median(figures.map(({ ours }) => ours.get(name) ?? Number.NaN));
  const cells = [name, middle(sides.here), middle(sides.there), compared('ours', name), compared('ratios', name)];
  console.log(`| ${cells.join(' | ')} |`);
}
