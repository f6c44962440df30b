/** Prints the faults of prose in the files below the paths given: `node test/house/report-prose.ts src/wire docs`. */
import { paperProse, proseFaults, sourceProse } from './prose.ts';
import { filesBelow, read } from './tree.ts';

const wanted = process.argv.slice(2).map((path) => path.replace(/\/$/, ''));
let count = 0;
for (const path of filesBelow('').filter((file) =>
  wanted.some((each) => file === each || file.startsWith(`${each}/`)),
)) {
  const isPaper = path.endsWith('.md') && !path.endsWith('zh-CN.md');
  if (!isPaper && !/\.(?:ts|mjs|js)$/.test(path)) continue;
  for (const { line, rule, text } of proseFaults(isPaper ? paperProse(read(path)) : sourceProse(read(path)))) {
    count++;
    console.log(`${path}:${line}: "${text.slice(0, 60)}" – ${rule}`);
  }
}
console.log(`${count} faults`);
