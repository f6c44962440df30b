/**
 * A process that opens the store named on its command line and changes flows or commits executions in a loop until it is
 * killed. It prints `open` when it has opened the store, and then the number of each change that is durable.
 */
import { writeSync } from 'node:fs';
import type { ExecutionChange } from '../../src/store/executions.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { openSqlite } from './adapters.ts';
import { newNode } from './executions.ts';
import { staged, stamped } from './stamp.ts';

const [file, mode] = process.argv.slice(2);
const stores = openSqlite(String(file));
const store = stores.flows;
writeSync(1, 'open\n');
if (mode === 'hold') {
  process.stdin.resume();
  process.stdin.on('end', () => void stores.close());
} else if (mode === 'commit') {
  const { node, lastId } = await newNode(stores);
  await stores.executions.claimUnowned(node, 0, Number.MAX_SAFE_INTEGER);
  await stores.executions.claimDue(node, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const commit = (...changes: ExecutionChange[]) => stores.executions.commit(node, changes);
  for (let n = lastId + 1; ; n++) {
    await commit(...staged(n));
    writeSync(1, `${n}\n`);
  }
} else {
  for (let n = 1; ; n++) {
    const name = `flow-${n % 3}`;
    const { definition, description, environment } = stamped(n);
    const old = await store.get(name);
    if (old === null) await store.create(flowRecord(name, { definition, description, environment }));
    else if (n % 7 === 0) await store.delete(name);
    else await store.update(name, { definition, description, environment, lastModifiedMs: n, writer: null }, old.id);
    writeSync(1, `${n}\n`);
  }
}
