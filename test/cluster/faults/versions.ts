/**
 * Two neighbouring versions on one schema: side by side as long as the older one can read it, and a sentence when it cannot. The newer
 * version is this one with a further migration, as a release makes one: it adds a column and a table.
 */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS } from '../../../src/store/postgres/migrations.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import { ROOT_KEY, runMillrace } from '../../../src/testing/server-process.ts';
import { temporaryFolder } from '../../../src/testing/temporary-folder.ts';
import type { Body } from '../../support/clients.ts';
import { urlOf } from '../servers.ts';
import { FaultCluster } from './cluster.ts';
import { Load, takenOver } from './load.ts';
import { seconds } from './stage.ts';
import type { Row } from './stage.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const VERSION = '99.0.0';
const KNOWN = MIGRATIONS.at(-1)?.number ?? 0;
const EXPAND = `  { number: ${KNOWN + 1}, readableBy: ${KNOWN},
    sql: "ALTER TABLE executions ADD COLUMN later text; ALTER TABLE nodes ADD COLUMN later text; CREATE TABLE later (n bigint)" },
];
`;

/** Makes the newer version. Returns its launcher. */
function newerVersion(t: CleanUp): string {
  const folder = temporaryFolder(t);
  for (const name of ['bin', 'src', 'package.json']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const migrations = join(folder, 'src/store/postgres/migrations.ts');
  const text = readFileSync(migrations, 'utf8');
  if (!text.endsWith('];\n')) throw new Error('the list of migrations is not at the end of its file');
  writeFileSync(migrations, text.slice(0, -'];\n'.length) + EXPAND);
  const about = join(folder, 'package.json');
  const content = JSON.parse(readFileSync(about, 'utf8')) as Record<string, unknown>;
  writeFileSync(about, JSON.stringify({ ...content, version: VERSION }));
  return join(folder, 'bin/millrace.js');
}

export const VERSIONS: Row = {
  name: 'two versions side by side, and a schema that is too new',
  async play(stage) {
    const launcher = newerVersion(stage.t);
    const cluster = await FaultCluster.start(stage, ['a', 'b']);
    const load = await Load.begin(cluster);
    load.start();
    await delay(2_000);
    await cluster.add('newer', { launcher });
    const nodes = (await cluster.ask('ListNodes'))['Nodes'] as Body[];
    const versions = new Set(nodes.map(({ Version }) => Version));
    if (versions.size !== 2) stage.violation(`the nodes have the versions ${[...versions].join()}`);
    await delay(stage.forMs / 3);
    // The newer version takes over what the older one leaves, and the other way round.
    const times: number[] = [];
    for (const [name, version] of [
      ['a', {}],
      ['newer', { launcher }],
      ['b', {}],
    ] as const) {
      const { server } = cluster.remove(name);
      const killedMs = performance.now();
      await server.kill();
      await delay(100);
      times.push((await takenOver(load, killedMs)).ms);
      await cluster.add(name, version);
    }
    const figures = await load.finish();
    await cluster.database.sql(
      `UPDATE ${cluster.store.schema}.migrations SET readable_by = number WHERE number = ${KNOWN + 1}`,
    );
    const { code, stderr } = await runMillrace(['serve'], {
      env: {
        ...{
          MILLRACE_LISTEN: '127.0.0.1:0',
          MILLRACE_DATA: temporaryFolder(stage.t),
          MILLRACE_STORE: urlOf(cluster.store),
        },
        ...{ MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId, MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret },
        MILLRACE_CONFIG: settingsFile(stage.t, cluster.store.schema),
      },
    });
    if (code !== 1 || !/was changed by a newer Millrace/.test(stderr)) {
      stage.violation(`a version that cannot read the schema ended with ${code} and the text: ${stderr}`);
    }
    return `versions ${[...versions].join(' and ')}, ${figures}; takeover ${seconds(Math.max(...times))} at most; too old: "${stderr.trim()}"`;
  },
};

function settingsFile(t: CleanUp, schema: string): string {
  const file = join(temporaryFolder(t), 'millrace.yaml');
  writeFileSync(file, `postgres: { schema: ${schema} }\n`);
  return file;
}
