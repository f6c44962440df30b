/**
 * Writes the expected histories of all cases, or of those named: `npx node test/conformance/write-histories.ts [id…]`. It does
 * not write a history with a fault. Read each one before you commit it.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readCases } from './case.ts';
import { ENGINES } from './engines.ts';
import { expectedHistory, expectedHistoryIds, historyFile } from './expected-histories.ts';
import { historyFaults } from './histories.ts';
import { historyText } from './history-text.ts';
import { historyOptions } from './outcome.ts';

const named = process.argv.slice(2);
const running = readCases().filter((one) => one.expect.status !== undefined && one.settings.busyTurnMs === undefined);
let written = 0;

for (const wanted of running) {
  if (named.length > 0 && !named.includes(wanted.id)) continue;
  const engine = Object.values(ENGINES).find((one) => one.takes(wanted));
  const outcome = await engine?.run(wanted);
  if (outcome?.run === undefined || outcome.run === null || outcome.plan === null) continue;
  const faults = historyFaults(outcome.plan, outcome.run.history, historyOptions(wanted));
  if (faults.length > 0) {
    console.error(`${wanted.id} is not written:\n  ${faults.join('\n  ')}`);
    process.exitCode = 1;
    continue;
  }
  const text = historyText(outcome.run.history);
  if (text === expectedHistory(wanted.id)) continue;
  mkdirSync(dirname(historyFile(wanted.id)), { recursive: true });
  writeFileSync(historyFile(wanted.id), text);
  written++;
}

const ids = new Set(running.map((one) => one.id));
for (const id of expectedHistoryIds()) if (!ids.has(id)) rmSync(historyFile(id));
console.log(`${written} histories written`);
