/**
 * `npm run bench:compare -- FOLDER`: two checkouts side by side in one run, for the question whether a change made something
 * slower. It runs the benchmark of each checkout in turn, the order changing from round to round, and prints for each row the
 * figure of this checkout divided by that of the other: the median of the rounds, the lowest and the highest.
 *
 * `--only durable` takes one part, `--rounds 7` so many rounds; `--quick` passes on to the benchmarks.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, ratio } from './statistics.ts';
import { spread } from './table.ts';

interface Figures {
  /** Of Millrace, by row. */
  readonly ours: ReadonlyMap<string, number>;
  /** Of Millrace divided by what stands beside it, by row; rows without such are not in it. */
  readonly ratios: ReadonlyMap<string, number>;
}

const HERE = fileURLToPath(new URL('..', import.meta.url));
const argv = process.argv.slice(2);
const other = argv.find((word, at) => !word.startsWith('--') && !['--only', '--rounds'].includes(argv[at - 1] ?? ''));
if (other === undefined) throw new Error('name the folder of the other checkout: npm run bench:compare -- ../before');
const rounds = Number(optionOf('--rounds') ?? 5);
const only = optionOf('--only');

function optionOf(name: string): string | undefined {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
}

function measure(folder: string): Figures {
  const args = ['bench/main.ts', ...(only === undefined ? [] : ['--only', only])];
  if (argv.includes('--quick')) args.push('--quick');
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
