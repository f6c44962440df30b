/** Prints the faults of prose in the files below the paths given: `node test/house/report-prose.ts src/wire docs`. */
import { proseFaults, proseIn } from './prose.ts';
import { filesBelow, read } from './tree.ts';

const wanted = process.argv.slice(2).map((path) => path.replace(/\/$/, ''));
let count = 0;
for (const path of filesBelow('').filter((file) =>
  wanted.some((each) => file === each || file.startsWith(`${each}/`)),
)) {
  for (const { line, rule, text } of proseFaults(proseIn(path, read(path)) ?? '')) {
    count++;
    console.log(`${path}:${line}: "${text.slice(0, 60)}" – ${rule}`);
  }
}
console.log(`${count} faults`);
