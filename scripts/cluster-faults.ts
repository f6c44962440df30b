/**
 * `npm run cluster-faults`: real servers on a real PostgreSQL under load and faults, row by row of a table (test/cluster/faults/). Prints a
 * line with figures for each row, and after it each thing that must not be; then the exit code is 1.
 *
 * `--only TEXT` plays the rows whose names have the text, `--seconds N` says how long the faults of a row follow one another, and
 * `--seed N` chooses other moments for them. The moments of processes are their own, so a seed does not repeat a run exactly.
 */
import { parseArgs } from 'node:util';
import { ROWS } from '../test/cluster/faults/rows.ts';
import { CannotPlay, seconds } from '../test/cluster/faults/stage.ts';
import type { Row } from '../test/cluster/faults/stage.ts';
import { Random } from '../test/simulation/random.ts';
import { postgresFault } from '../test/support/postgres.ts';

const SHOWN = 20;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});

/** Plays a row. Returns what must not be. */
async function play(row: Row): Promise<readonly string[]> {
  const works: (() => unknown)[] = [];
  const violations: string[] = [];
  const startedMs = performance.now();
  const print = (verdict: string, text: string): void =>
    console.log(`${verdict.padEnd(8)} ${row.name}: ${text} [${seconds(performance.now() - startedMs)}]`);
  try {
    const figures = await row.play({
      t: { after: (work) => void works.push(work) },
      random: Random.of(whole('seed', values.seed), row.name),
      forMs: whole('seconds', values.seconds) * 1_000,
      violation: (sentence) => void violations.push(sentence),
    });
    print(violations.length === 0 ? 'holds' : 'VIOLATED', figures);
  } catch (error) {
    if (error instanceof CannotPlay) {
      print('skipped', error.message);
    } else {
      violations.push(String(error));
      print('VIOLATED', 'the row did not come to its end');
      console.log(error);
    }
  } finally {
    for (const work of works.toReversed()) await work();
  }
  return violations;
}

async function playAll(): Promise<boolean> {
  const fault = postgresFault();
  if (fault !== null) throw new Error(fault);
  const rows = ROWS.filter(({ name }) => name.includes(values.only));
  if (rows.length === 0) throw new Error(`no row has ${JSON.stringify(values.only)} in its name`);
  let count = 0;
  for (const row of rows) {
    const violations = await play(row);
    for (const violation of violations.slice(0, SHOWN)) console.log(`         ${violation}`);
    if (violations.length > SHOWN) console.log(`         and ${violations.length - SHOWN} more`);
    count += violations.length;
  }
  return count === 0;
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return number;
}

process.exitCode = (await playAll()) ? 0 : 1;
