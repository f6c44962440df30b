/**
 * `millrace doctor` on data folders of a real server, into which each test plants a fault: it says what is wrong and what `--fix`
 * would do, changes nothing without it, and repairs with it after a copy.
 */
import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'node:test';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { ROOT_KEY, runMillrace, startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';
import { nodeClient } from '../support/clients.ts';
import { nameOfMapRun } from '../support/map-run-name.ts';

interface Report {
  readonly Findings: readonly Found[];
  readonly Repaired?: readonly Found[];
  readonly Copy?: string;
}

interface Found {
  readonly Level: string;
  readonly What: string;
  readonly Repair: string | null;
}

const HEALTHY = { code: 0, faults: [] };

/**
 * A data folder with a flow of two versions, an alias and two schedules, two ended executions, and two that wait: a child and its parent. The Map run of
 * `each/all` has ended with two children; in that of `some/some` one child has ended, and one waits.
 */
let original = '';

before(async () => {
  original = temporaryFolder(fileEnd);
  const server = await startServer(fileEnd, { folder: original });
  const client = nodeClient({ url: server.url, key: ROOT_KEY });
  const tokens: string[] = [];
  const service = await startService(fileEnd, (_request, body, response) => {
    if (body.includes('token')) tokens.push((JSON.parse(body.toString()) as { token: string }).token);
    answerJson(response, {});
  });
  const waiting = {
    Type: 'Task',
    Action: 'HTTP:Request',
    TaskMode: 'WaitForCustomCallback',
    Parameters: { url: service.url, method: 'Post' },
  };
  const calling = {
    Type: 'Task',
    Action: 'FNF:StartExecution',
    TaskMode: 'WaitForSystemCallback',
    Parameters: { resourceArn: 'acs:fnf:::flow/ask', input: {} },
  };
  await create('pass', { Type: 'Pass' });
  await create('ask', waiting);
  await create('parent', calling);
  await create('each', mapOf({ Type: 'Pass' }));
  const body = { 'token.$': '$Context.Current.TaskToken' };
  await create('some', mapOf({ ...waiting, Parameters: { ...waiting.Parameters, body } }));
  await client.call('PublishFlowVersion', { FlowName: 'pass' });
  const CronExpression = '0 0 0 1 1 ?';
  await client.call('CreateSchedule', { FlowName: 'pass', ScheduleName: 'yearly', CronExpression });
  await client.call('CreateSchedule', { FlowName: 'pass', ScheduleName: 'off', CronExpression, Enable: false });
  const RoutingConfigurations = [{ Version: '1', Weight: 100 }];
  await client.call('CreateFlowAlias', { FlowName: 'pass', Name: 'prod', RoutingConfigurations });
  for (const ExecutionName of ['one', 'two']) {
    await client.call('StartExecution', { FlowName: 'pass', ExecutionName, Input: '{"a":1}' });
    await client.call('DescribeExecution', { FlowName: 'pass', ExecutionName, WaitTimeSeconds: '60' });
  }
  await client.call('StartExecution', { FlowName: 'parent', ExecutionName: 'waits' });
  for (let children = 0; children === 0; ) {
    const { Executions } = await client.call('ListExecutions', { FlowName: 'ask' });
    children = (Executions as readonly unknown[]).length;
  }
  const Input = '{"items":[0,1]}';
  await client.call('StartExecution', { FlowName: 'each', ExecutionName: 'all', Input });
  await client.call('DescribeExecution', { FlowName: 'each', ExecutionName: 'all', WaitTimeSeconds: '60' });
  await client.call('StartExecution', { FlowName: 'some', ExecutionName: 'some', Input });
  while (tokens.length < 2) await client.call('ListFlows');
  await client.call('ReportTaskSucceeded', { TaskToken: tokens[0], Output: '{}' });
  const MapRunName = await nameOfMapRun(client, { FlowName: 'some', ExecutionName: 'some' });
  for (let ended = 0; ended === 0; ) {
    const at = { FlowName: 'some', ExecutionName: 'some', MapRunName };
    const { ItemCounts } = await client.call('DescribeMapRun', at);
    ended = (ItemCounts as { readonly Succeed: number }).Succeed;
  }
  assert.equal((await server.stop()).code, 0);

  async function create(Name: string, state: object): Promise<void> {
    const States = [{ Name: 'S', ...state, End: true }];
    const Definition = JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name, StartAt: 'S', States });
    await client.call('CreateFlow', { Name, Definition, Type: 'FDL', ExecutionMode: 'Standard' });
  }
});

function mapOf(state: object): object {
  return {
    ...{ Type: 'Map', ItemsPath: '$Input.items' },
    Processor: {
      ProcessorConfig: { ExecutionMode: 'Standard' },
      ...{ StartAt: 'Item', States: [{ Name: 'Item', ...state, End: true }] },
    },
  };
}

/** A copy of the folder with the result of `plant`. */
function planted(t: CleanUp, plant: (folder: string, database: DatabaseSync) => void): string {
  const folder = temporaryFolder(t);
  cpSync(original, folder, { recursive: true });
  // A fault in an index needs a change of the schema table.
  const database = new DatabaseSync(join(folder, 'millrace.db'), { defensive: false });
  database.exec('PRAGMA foreign_keys = OFF');
  try {
    plant(folder, database);
  } finally {
    database.close();
  }
  return folder;
}

function sql(text: string): (folder: string, database: DatabaseSync) => void {
  return (_folder, database) => database.exec(text);
}

async function doctor(folder: string, ...options: string[]) {
  const env = {
    MILLRACE_DATA: folder,
    MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
    MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
  };
  return runMillrace(['doctor', ...options], { env });
}

async function report(folder: string, ...options: string[]) {
  const { code, stdout, stderr } = await doctor(folder, '--json', ...options);
  assert.equal(stderr, '');
  const { Findings, Repaired = [], Copy } = JSON.parse(stdout) as Report;
  const faults = Findings.filter(({ Level }) => Level === 'fault').map(({ What }) => What);
  const notes = Findings.filter(({ Level }) => Level === 'note').map(({ What }) => What);
  return { code, faults, notes, repairs: Findings.map(({ Repair }) => Repair), repaired: Repaired, copy: Copy };
}

function bytesOf(folder: string): Buffer {
  return readFileSync(join(folder, 'millrace.db'));
}

/** Ids of the executions with Map runs. */
const ALL = "(SELECT id FROM executions WHERE name = 'all')";
const SOME = "(SELECT id FROM executions WHERE name = 'some')";

/** Deletes the execution that waits for a child, with its rows. */
const WITHOUT_PARENT = `
  DELETE FROM executions WHERE name = 'waits';
  DELETE FROM journal WHERE execution NOT IN (SELECT id FROM executions);
  DELETE FROM inputs WHERE execution NOT IN (SELECT id FROM executions);
  UPDATE snapshot_uses SET executions = 0 WHERE flow = (SELECT key FROM execution_flows WHERE name = 'parent')`;

/** A fault, what it is called, and whether `--fix` repairs it. */
const FAULTS: readonly (readonly [
  what: string,
  plant: (folder: string, database: DatabaseSync) => void,
  said: RegExp,
  repair: RegExp | null,
])[] = [
  [
    'rows of no execution',
    sql(`INSERT INTO journal VALUES (900, 1, 1, '["x"]'); INSERT INTO inputs VALUES (901, '{}');`),
    /^1 row of the table journal \(5 bytes\) belongs to no execution\.\n1 row of the table inputs \(2 bytes\) belongs to no execution\.$/,
    /^deletes them$/,
  ],
  [
    'an index that lacks a row',
    (_folder, database) => {
      database.exec('PRAGMA writable_schema = ON');
      const { sql: text } = database
        .prepare("SELECT sql FROM sqlite_schema WHERE name = 'executions_by_start'")
        .get() as {
        sql: string;
      };
      database.exec("UPDATE sqlite_schema SET sql = sql || ' AND id < 0' WHERE name = 'executions_by_start'");
      database.exec('PRAGMA writable_schema = RESET; REINDEX executions_by_start; PRAGMA writable_schema = ON');
      database.prepare("UPDATE sqlite_schema SET sql = ? WHERE name = 'executions_by_start'").run(text);
      database.exec('PRAGMA writable_schema = RESET');
    },
    /^The store file is damaged: .*missing from index executions_by_start/,
    /^builds the indexes again from the tables$/,
  ],
  [
    'uses of a snapshot that are counted wrongly',
    sql('UPDATE snapshot_uses SET executions = executions + 1'),
    /^The store counts wrongly how many executions use 5 snapshots\.$/,
    /^counts again$/,
  ],
  [
    'children of Map runs that are counted wrongly',
    sql('UPDATE snapshot_uses SET items = items + 1 WHERE items > 0'),
    /^The store counts wrongly how many executions use 2 snapshots\.$/,
    /^counts again$/,
  ],
  [
    'a snapshot that the flow still has',
    sql(
      "DELETE FROM snapshots WHERE flow = (SELECT key FROM execution_flows WHERE name = 'ask'); DELETE FROM snapshot_uses WHERE flow = (SELECT key FROM execution_flows WHERE name = 'ask')",
    ),
    /^1 execution of flow ask, 1 of them running, has no snapshot: revision 1 .*\nThe execution ask\/\S+ is stuck: the store has no snapshot/,
    /^copies this revision from the flow/,
  ],
  [
    'an execution of no flow',
    sql("DELETE FROM execution_flows WHERE name = 'pass'"),
    /^2 executions belong to a flow that the store does not know\.$/,
    /^marks them as executions of a deleted flow/,
  ],
  [
    'a parent that is gone',
    sql(`${WITHOUT_PARENT}; UPDATE executions SET status = 1, stopped_ms = started_ms WHERE callback = 1`),
    /^1 ended execution would report the end to a parent that is not in the store: ask\/\S+\.$/m,
    /^marks the reports as done/,
  ],
  [
    'a mark of a deleted execution on one that exists',
    sql("INSERT INTO purging (execution) SELECT id FROM executions WHERE name = 'one'"),
    /^One execution that exists is marked as deleted\.$/,
    /^removes the mark$/,
  ],
  [
    'versions of no flow',
    sql("UPDATE flow_versions SET flow = 'lost'; DELETE FROM flow_aliases;"),
    /^1 row of the table flow_versions belongs to no flow\.$/m,
    /^deletes them$/,
  ],
  [
    'a version number that would come again',
    sql('UPDATE version_numbers SET last = 0'),
    /^The last version number of 1 flow is wrong: pass\.$/,
    /^sets it to the highest version$/,
  ],
  ['an owner that is missing', sql('DELETE FROM owner'), /^The row of the owner is missing\.$/, /^adds the row/],
  [
    'an alias to a version that does not exist',
    sql('DELETE FROM flow_versions'),
    /^An alias leads to versions that do not exist: pass\/prod\.$/,
    null,
  ],
  [
    'a gap in the journal of a running execution',
    sql(
      "UPDATE journal SET first = first + 5 WHERE execution = (SELECT id FROM executions WHERE name = 'waits') AND first > 1",
    ),
    /^The journals of 1 running execution have gaps: parent\/waits \(event \d+\)\./,
    null,
  ],
  [
    'a journal that this version cannot read',
    sql("UPDATE journal SET events = '[{' WHERE execution = (SELECT id FROM executions WHERE name = 'waits')"),
    /^The execution parent\/waits is stuck: /,
    null,
  ],
  [
    'a Map run of no execution',
    sql(`INSERT INTO map_runs SELECT 900, key, 'lost', event, status, started_ms, stopped_ms, concurrency, tolerated_count,
        tolerated_percentage, total, running, succeeded, failed FROM map_runs WHERE execution = ${ALL};
      INSERT INTO map_run_log VALUES (900, 1, 1, 1, '[1]')`),
    /^1 row of the table map_run_log \(3 bytes\) belongs to no execution\.\n1 row of the table map_runs \(4 bytes\) belongs to no execution\.$/,
    /^deletes them$/,
  ],
  [
    'an open Map run of an execution that has ended',
    sql(`UPDATE map_runs SET status = 1, stopped_ms = 0 WHERE execution = ${ALL}`),
    /^1 Map run of executions that have ended is still open: each\/all, Map run [0-9a-f]{32}\.$/,
    /^marks them as aborted/,
  ],
  [
    'a gap in the log of a Map run under way',
    sql(`UPDATE map_run_log SET first = first + 5 WHERE execution = ${SOME}`),
    /^The logs of 1 Map run under way have gaps: some\/some, Map run [0-9a-f]{32} \(entry 1\)\.$/,
    null,
  ],
  [
    'a gap in the log of a Map run that has ended',
    sql(`UPDATE map_run_log SET first = first + 5 WHERE execution = ${ALL}`),
    /^The logs of 1 ended Map run have gaps: each\/all, Map run [0-9a-f]{32} \(entry 1\)\.$/,
    null,
  ],
  [
    'a log that this version cannot read, of a Map run under way',
    sql(`UPDATE map_run_log SET entries = '[{' WHERE execution = ${SOME}`),
    /^The execution some\/some is stuck: the log of its Map run [0-9a-f]{32} cannot be read: /,
    null,
  ],
  [
    'a log that no version can read, of a Map run that has ended',
    sql(`UPDATE map_run_log SET entries = '[{' WHERE execution = ${ALL}`),
    /^The logs of 1 ended Map run have entries that cannot be read: each\/all, Map run [0-9a-f]{32}\.$/,
    null,
  ],
  [
    'a log that lacks an entry of a row, of a Map run that has ended',
    sql(`UPDATE map_run_log SET entries = '[]' WHERE execution = ${ALL}`),
    /^The logs of 1 ended Map run have entries that cannot be read: each\/all, /,
    null,
  ],
  [
    'a file that its own user may not write',
    (folder) => chmodSync(join(folder, 'millrace.db'), 0o400),
    /^Its own user may not read and write \S+millrace\.db \(mode 400\)\.$/,
    null,
  ],
  [
    'a table and a column that are missing',
    sql('DROP TABLE journal; ALTER TABLE schedules DROP COLUMN payload'),
    /^2 tables or columns of the store are missing: journal, schedules\.payload\.$/,
    null,
  ],
  [
    'indexes that are missing or of another form, and what they have hidden',
    sql(`DROP INDEX schedules_due; DROP INDEX executions_ended; DROP INDEX executions_owed;
      CREATE INDEX executions_owed ON executions (name);
      INSERT INTO inputs VALUES (901, '{}');`),
    /^3 indexes of the store are missing or of another form: executions_ended, executions_owed, schedules_due\.$/,
    /^makes them from the tables$/,
  ],
  [
    'a schedule that is enabled and never due',
    sql("UPDATE schedules SET next_due_ms = NULL WHERE name = 'yearly'"),
    /^1 schedule is enabled and never due: pass\/yearly\.$/,
    null,
  ],
  [
    'files that other users may read',
    (folder) => {
      writeFileSync(join(folder, 'root-key.json.0123456789ab'), '');
      chmodSync(join(folder, 'millrace.db'), 0o644);
      chmodSync(folder, 0o777);
    },
    /^Other users may write to the data folder \S+ \(mode 777\)\.\n\S+root-key\.json\.0123456789ab is left from a command that did not end\.\nOther users may read or write \S+millrace\.db \(mode 644\)\.$/,
    /^takes their right to write away$/,
  ],
];

describe('millrace doctor', () => {
  it('finds nothing in the folder of a server that ended in order', async (t) => {
    const folder = planted(t, () => undefined);
    const { code, stdout } = await doctor(folder);
    assert.deepEqual([code, stdout], [0, `${join(folder, 'millrace.db')}: healthy.\n`]);
  });

  for (const [what, plant, said, repair] of FAULTS) {
    it(`finds ${what}${repair === null ? '' : ', and repairs it'}`, async (t) => {
      const folder = planted(t, plant);
      const bytes = bytesOf(folder);
      const before = await report(folder);
      assert.equal(before.code, 1);
      assert.match(before.faults.join('\n'), said);
      assert.deepEqual(bytesOf(folder), bytes, 'changes nothing');
      if (repair === null) {
        assert.deepEqual(
          before.repairs,
          before.repairs.map(() => null),
        );
        assert.equal((await report(folder, '--fix')).code, 1);
        assert.deepEqual(bytesOf(folder), bytes, 'changes nothing');
        return;
      }
      assert.match(String(before.repairs.find((each) => each !== null)), repair);
      const after = await report(folder, '--fix');
      assert.deepEqual([after.code, after.faults], [0, []]);
      assert.ok(after.repaired.length > 0);
      assert.ok(existsSync(after.copy ?? ''));
      const { code, faults } = await report(folder);
      assert.deepEqual({ code, faults }, HEALTHY);
      const server = await startServer(t, { folder });
      assert.equal((await server.stop()).code, 0);
    });
  }

  it('leaves an execution alone that runs without its parent: a caller may have started it with the token of a task', async (t) => {
    const { code, faults } = await report(planted(t, sql(WITHOUT_PARENT)));
    assert.deepEqual({ code, faults }, HEALTHY);
  });

  it('deletes the children of a Map whose execution is gone, which a purge leaves for a while', async (t) => {
    const folder = planted(
      t,
      sql(`
        INSERT INTO purging (execution) SELECT id FROM executions WHERE name = 'all';
        UPDATE snapshot_uses SET executions = executions - 1
          WHERE flow = (SELECT flow FROM executions WHERE name = 'all');
        DELETE FROM executions WHERE name = 'all';`),
    );
    const { code, faults, notes, repairs } = await report(folder);
    assert.deepEqual({ code, faults }, HEALTHY);
    assert.deepEqual(notes, ['2 child executions of Map runs are left from executions that were deleted.']);
    assert.deepEqual(repairs, ['deletes them']);
    const after = await report(folder, '--fix');
    assert.deepEqual([after.code, after.faults, after.notes], [0, [], []]);
    assert.deepEqual(
      after.repaired.map(({ Repair }) => Repair),
      ['deletes them'],
    );
    const database = new DatabaseSync(join(folder, 'millrace.db'), { readOnly: true });
    t.after(() => database.close());
    const left = database.prepare('SELECT count(*) AS n FROM executions WHERE map_run IS NOT NULL').get();
    assert.deepEqual({ ...left }, { n: 2 });
  });

  it('says what is wrong, what it means, what --fix would do, and what it has done', async (t) => {
    const folder = planted(t, sql("INSERT INTO journal VALUES (900, 1, 1, '[1]')"));
    const store = join(folder, 'millrace.db');
    const what = '1 row of the table journal (3 bytes) belongs to no execution.';
    const { stdout } = await doctor(folder);
    assert.equal(
      stdout,
      `fault: ${what}\n  No call finds them; they take space.\n  --fix deletes them.\n` +
        `${store}: 1 fault. "millrace doctor --fix" copies the store first, and then does what is said above.\n`,
    );
    const { stdout: fixed } = await doctor(folder, '--fix');
    const [copied = '', ...rest] = fixed.split('\n');
    assert.match(copied, /^\S+ was copied to \S+\.before-doctor-\S+\.$/);
    assert.deepEqual(rest, [`repaired: ${what}`, '  --fix deletes them.', `${store}: healthy.`, '']);
    const copy = readdirSync(folder).find((name) => name.includes('.before-doctor-')) ?? '';
    const database = new DatabaseSync(join(folder, copy), { readOnly: true });
    t.after(() => database.close());
    assert.equal(database.prepare('SELECT 1 FROM journal WHERE execution = 900').get() === undefined, false);
    assert.equal(statSync(join(folder, copy)).mode & 0o777, 0o600);
  });

  it('examines nothing while a server uses the folder, and after that even if it was killed', async (t) => {
    const folder = planted(t, () => undefined);
    const server = await startServer(t, { folder });
    const running = await doctor(folder);
    assert.deepEqual([running.code, running.stdout], [2, '']);
    assert.match(running.stderr, /^millrace: Another Millrace server is using the store .* Stop that server/);
    const client = nodeClient({ url: server.url, key: ROOT_KEY });
    await client.call('StartExecution', { FlowName: 'pass', ExecutionName: 'three' });
    await server.kill();
    const { code, faults, notes } = await report(folder);
    assert.deepEqual({ code, faults }, HEALTHY);
    assert.match(notes.join(), /^The write-ahead log \S+ has \d.* the last server did not end in order\.$/);
    const fixed = await report(folder, '--fix');
    assert.deepEqual([fixed.code, fixed.notes], [0, []]);
  });

  it('says why it cannot examine', async (t) => {
    const folder = temporaryFolder(t);
    const nothing = await doctor(folder);
    assert.deepEqual([nothing.code, nothing.stdout], [2, '']);
    assert.match(nothing.stderr, /^millrace: There is no store \S+millrace\.db\. Set MILLRACE_DATA to the data folder/);
    const newer = await doctor(planted(t, sql('PRAGMA user_version = 1000')));
    assert.equal(newer.code, 2);
    assert.match(newer.stderr, /was written by a newer Millrace \(schema 1000; /);
    const foreign = await doctor(planted(t, sql('PRAGMA application_id = 1')));
    assert.equal(foreign.code, 2);
    assert.match(foreign.stderr, /is an SQLite database of another program/);
    writeFileSync(join(folder, 'millrace.db'), 'no database at all'.repeat(500));
    const text = await doctor(folder);
    assert.equal(text.code, 2);
    assert.match(text.stderr, /is not an SQLite database, or its beginning is damaged/);
    const memory = await runMillrace(['doctor'], { env: { MILLRACE_STORE: 'memory' } });
    assert.equal(memory.code, 2);
    assert.match(memory.stderr, /the setting store is "memory"/);
    const settings = await runMillrace(['doctor'], { env: { MILLRACE_DATA: folder, MILLRACE_LOG: 'loud' } });
    assert.deepEqual([settings.code, settings.stdout], [2, '']);
    assert.match(settings.stderr, /^millrace: The settings are wrong:\n {2}MILLRACE_LOG is "loud"/);
  });

  it('says that a file is empty, and that a repair has failed', async (t) => {
    const folder = planted(t, () => undefined);
    writeFileSync(join(folder, 'millrace.db'), '');
    const empty = await report(folder, '--fix');
    assert.deepEqual([empty.code, empty.faults.length, empty.repaired], [1, 1, []]);
    assert.match(String(empty.faults[0]), /^The store file \S+millrace\.db is empty: it has no tables\.$/);
    assert.equal(bytesOf(folder).length, 0);
    const twice = planted(
      t,
      sql(`DROP INDEX schedules_by_name;
        INSERT INTO schedules SELECT 'twice', flow, name, revision, created_ms, last_modified_ms, enabled, next_due_ms,
          last_due_ms, cron_expression, description, payload FROM schedules WHERE name = 'yearly'`),
    );
    const failed = await doctor(twice, '--fix');
    assert.deepEqual([failed.code, failed.stdout], [2, '']);
    assert.match(
      failed.stderr,
      /^millrace: The repair failed \(UNIQUE constraint failed.*changed nothing: 1 index of /,
    );
  });

  it('names what Millrace has not made', async (t) => {
    const text = 'CREATE TRIGGER extra AFTER INSERT ON owner BEGIN SELECT 1; END';
    const { code, faults, notes } = await report(planted(t, sql(text)));
    assert.deepEqual({ code, faults }, HEALTHY);
    assert.deepEqual(notes, ['The store has what Millrace has not made: trigger extra.']);
  });

  it('does not touch a file of which pages are damaged', async (t) => {
    const folder = planted(t, () => undefined);
    const file = join(folder, 'millrace.db');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 3 * 4096, 4 * 4096);
    writeFileSync(file, bytes);
    const { code, faults, repaired } = await report(folder, '--fix');
    assert.deepEqual([code, faults.length, repaired], [1, 1, []]);
    assert.match(String(faults[0]), /^The store file is damaged: /);
    assert.deepEqual(readFileSync(file), bytes);
  });

  it('migrates a store of an earlier version, and writes it anew so that it can become shorter', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'millrace.db');
    const old = new DatabaseSync(file);
    old.exec(`PRAGMA application_id = ${0x4d494c52}`);
    for (const { number, sql: text } of MIGRATIONS.slice(0, 5)) old.exec(`${text} PRAGMA user_version = ${number};`);
    old.exec("INSERT INTO inputs VALUES (7, '{}')");
    old.close();
    chmodSync(file, 0o600);
    const before = await report(folder);
    assert.deepEqual([before.code, before.faults], [0, []]);
    assert.match(before.notes.join('\n'), /it has schema 5, .*\n.*of which 0 bytes are free/);
    const after = await report(folder, '--fix');
    assert.deepEqual([after.code, after.faults, after.notes], [0, [], []]);
    assert.ok(after.repaired.some(({ What }) => What.startsWith('1 row of the table inputs')));
    assert.ok(after.repaired.some(({ Repair }) => Repair === 'migrates it, and examines its content'));
  });

  it('copies and migrates a store of the first version, which had flows only', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'millrace.db');
    const old = new DatabaseSync(file);
    old.exec(`PRAGMA application_id = ${0x4d494c52}; ${MIGRATIONS[0]?.sql} PRAGMA user_version = 1;`);
    old.close();
    chmodSync(file, 0o600);
    const { code, faults, notes } = await report(folder, '--fix');
    assert.deepEqual([code, faults, notes], [0, [], []]);
  });

  it('gives free space back', async (t) => {
    const folder = planted(
      t,
      sql(`
        CREATE TABLE big (text TEXT);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO big SELECT hex(zeroblob(4000)) FROM n;
        DROP TABLE big;`),
    );
    const before = statSync(join(folder, 'millrace.db')).size;
    const { code, notes } = await report(folder);
    assert.equal(code, 0);
    assert.match(notes.join(), /^The store file has 1\d MiB, of which 1\d MiB are free\.$/);
    assert.deepEqual((await report(folder, '--fix')).notes, []);
    assert.ok(statSync(join(folder, 'millrace.db')).size < before / 10);
  });

  it('says that the root key is gone', async (t) => {
    const folder = temporaryFolder(t);
    const server = await startServer(t, {
      folder,
      env: { MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null },
    });
    await server.stop();
    const examine = () => runMillrace(['doctor'], { env: { MILLRACE_DATA: folder } });
    assert.equal((await examine()).code, 0);
    const key = join(folder, 'root-key.json');
    chmodSync(key, 0o644);
    assert.match((await examine()).stdout, /^fault: Other users may read or write the root key \S+ \(mode 644\)\.\n/);
    chmodSync(key, 0o600);
    writeFileSync(key, '{}');
    assert.match((await examine()).stdout, /^fault: \S+root-key\.json does not contain a valid key/);
    rmSync(key);
    const { code, stdout } = await examine();
    assert.equal(code, 0);
    assert.match(stdout, /^note: There is no root key \S+, and the settings have none\.\n/);
  });
});
