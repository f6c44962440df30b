/**
 * The schema of the SQLite store, as numbered migrations. A released migration is never edited; a later one changes what
 * it created. A file's `user_version` is the number of its last migration.
 */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    // `definition` is the last column: SQLite puts a long one on separate pages, which a scan of the columns before it
    // does not read. BINARY, which compares bytes, is the default; it is written out because paging depends on it.
    sql: `
      CREATE TABLE flows (
        name TEXT NOT NULL COLLATE BINARY PRIMARY KEY,
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        type TEXT NOT NULL,
        execution_mode TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        last_modified_ms INTEGER NOT NULL,
        resource_group_id TEXT NOT NULL,
        role_arn TEXT NOT NULL,
        external_storage_location TEXT NOT NULL,
        description TEXT NOT NULL,
        environment TEXT NOT NULL,
        definition TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    number: 2,
    // A version copies the members of a flow that can change; the others are read from the flow. `version_numbers` is a
    // separate table, because the last number outlives its version and is deleted with the flow.
    //
    // A commit changes many executions and should change few pages. It adds rows only at the ends of the tables journal,
    // inputs, outputs and executions (ids ascend), and the indexes contain small numbers instead of flow ids. Inputs and
    // outputs have their own tables, because lists read thousands of executions and timers change them. Status and
    // callback are positions in the lists of `execution-rows.ts`: status 0 is Running, callback 1 is owed, 2 is due.
    sql: `
      CREATE INDEX flows_by_id ON flows (id);
      CREATE TABLE version_numbers (
        flow TEXT NOT NULL COLLATE BINARY PRIMARY KEY REFERENCES flows (name) ON DELETE CASCADE,
        last INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE flow_versions (
        flow TEXT NOT NULL COLLATE BINARY REFERENCES flows (name) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        last_modified_ms INTEGER NOT NULL,
        type TEXT NOT NULL,
        role_arn TEXT NOT NULL,
        version_description TEXT NOT NULL,
        description TEXT NOT NULL,
        environment TEXT NOT NULL,
        definition TEXT NOT NULL,
        PRIMARY KEY (flow, version)
      ) STRICT;
      CREATE TABLE flow_aliases (
        flow TEXT NOT NULL COLLATE BINARY REFERENCES flows (name) ON DELETE CASCADE,
        name TEXT NOT NULL COLLATE BINARY,
        created_ms INTEGER NOT NULL,
        routes TEXT NOT NULL,
        description TEXT NOT NULL,
        PRIMARY KEY (flow, name)
      ) STRICT;

      CREATE TABLE owner (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        fence INTEGER NOT NULL,
        purged_id INTEGER NOT NULL,
        token_key BLOB
      ) STRICT;
      INSERT INTO owner VALUES (1, 0, 0, NULL);
      CREATE TABLE execution_flows (
        key INTEGER PRIMARY KEY,
        flow_id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL
      ) STRICT;
      CREATE TABLE executions (
        id INTEGER PRIMARY KEY,
        flow INTEGER NOT NULL,
        status INTEGER NOT NULL,
        callback INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        stopped_ms INTEGER NOT NULL,
        wake_ms INTEGER,
        revision INTEGER NOT NULL,
        parent INTEGER,
        parent_event INTEGER,
        version TEXT NOT NULL,
        alias TEXT NOT NULL,
        name TEXT NOT NULL COLLATE BINARY,
        stop TEXT,
        error TEXT NOT NULL,
        cause TEXT NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX executions_by_name ON executions (flow, name);
      CREATE INDEX executions_by_start ON executions (flow, started_ms);
      CREATE INDEX executions_by_status ON executions (flow, status, started_ms);
      CREATE INDEX executions_running ON executions (status) WHERE status = 0;
      CREATE INDEX executions_ended ON executions (stopped_ms) WHERE status > 0;
      CREATE INDEX executions_asleep ON executions (wake_ms) WHERE wake_ms IS NOT NULL;
      CREATE INDEX executions_owed ON executions (parent, parent_event) WHERE callback = 1;
      CREATE INDEX executions_due ON executions (callback) WHERE callback = 2;
      CREATE TABLE inputs (execution INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      CREATE TABLE outputs (execution INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      CREATE TABLE journal (
        execution INTEGER NOT NULL,
        first INTEGER NOT NULL,
        count INTEGER NOT NULL,
        events TEXT NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX journal_events ON journal (execution, first, count);
      CREATE TABLE snapshots (
        flow INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        role_arn TEXT NOT NULL,
        description TEXT NOT NULL,
        environment TEXT NOT NULL,
        definition TEXT NOT NULL,
        PRIMARY KEY (flow, revision)
      ) STRICT;
      CREATE TABLE snapshot_uses (
        flow INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        executions INTEGER NOT NULL,
        PRIMARY KEY (flow, revision)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 3,
    // A message whose push is due has a `next_ms`. Messages are added at the end of the table and deleted near its
    // beginning. AUTOINCREMENT never uses a number twice, which paging by number needs.
    sql: `
      CREATE TABLE messages (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL UNIQUE,
        target TEXT NOT NULL,
        name TEXT NOT NULL COLLATE BINARY,
        priority INTEGER NOT NULL,
        sent_ms INTEGER NOT NULL,
        visible_ms INTEGER NOT NULL,
        task_execution INTEGER,
        task_event INTEGER,
        push TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_ms INTEGER,
        error TEXT NOT NULL,
        tag TEXT NOT NULL,
        attributes TEXT NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX messages_by_name ON messages (name, number);
      CREATE UNIQUE INDEX messages_by_task ON messages (task_execution, task_event) WHERE task_execution IS NOT NULL;
      CREATE INDEX messages_due ON messages (next_ms, number) WHERE next_ms IS NOT NULL;
      CREATE INDEX messages_settled ON messages (number) WHERE next_ms IS NULL;
    `,
  },
  {
    number: 4,
    // How an execution came to be. Executions of older files count as started by a caller.
    sql: `
      ALTER TABLE executions ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE executions ADD COLUMN started_by TEXT NOT NULL DEFAULT '';
    `,
  },
  {
    number: 5,
    // Executions that exist already have no identity: their calls and tokens have the form of the version that started them.
    sql: `ALTER TABLE executions ADD COLUMN identity TEXT NOT NULL DEFAULT '';`,
  },
  {
    number: 6,
    // The key that last wrote a flow. Flows of older files may start everything, as before.
    sql: `
      ALTER TABLE flows ADD COLUMN writer TEXT;
      ALTER TABLE flow_versions ADD COLUMN writer TEXT;
      ALTER TABLE snapshots ADD COLUMN writer TEXT;
    `,
  },
  {
    number: 7,
    // The last wall time that the store has seen, and the sum of all set-backs of the clock. `ended_ms` is the end in a time that is
    // not set back with the clock; executions that ended before have none.
    sql: `
      ALTER TABLE owner ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE owner ADD COLUMN set_back_ms INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE executions ADD COLUMN ended_ms INTEGER;
      DROP INDEX executions_ended;
      CREATE INDEX executions_ended ON executions (coalesce(ended_ms, stopped_ms)) WHERE status > 0;
    `,
  },
  {
    number: 8,
    // Deleted executions of which rows are left in the tables with a column `execution` (`removal.ts`).
    sql: `CREATE TABLE purging (execution INTEGER PRIMARY KEY) STRICT;`,
  },
  {
    number: 9,
    // Only schedules that are due at some time are in the index of due times. Texts of any length are the last columns.
    sql: `
      CREATE TABLE schedules (
        id TEXT NOT NULL PRIMARY KEY,
        flow TEXT NOT NULL COLLATE BINARY REFERENCES flows (name) ON DELETE CASCADE,
        name TEXT NOT NULL COLLATE BINARY,
        revision INTEGER NOT NULL,
        created_ms INTEGER NOT NULL,
        last_modified_ms INTEGER NOT NULL,
        enabled INTEGER NOT NULL,
        next_due_ms INTEGER,
        last_due_ms INTEGER,
        cron_expression TEXT NOT NULL,
        description TEXT NOT NULL,
        payload TEXT NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX schedules_by_name ON schedules (flow, name);
      CREATE INDEX schedules_due ON schedules (next_due_ms, id) WHERE next_due_ms IS NOT NULL;
    `,
  },
  {
    number: 10,
    // Runs of distributed Maps, with a log each. Their children are executions with three columns more; the indexes of lists leave
    // them out, because a list of a flow does, and a million of them must not slow it. `snapshot_uses` counts them apart, because
    // they do not count in the retention. The index by status has the column `map_run`, so that SQLite counts running executions without
    // reading them; behind `started_ms` it would make lists sort. The children of a Map run have the flow of its execution, by which a purge
    // finds them.
    sql: `
      ALTER TABLE executions ADD COLUMN map_run TEXT;
      ALTER TABLE executions ADD COLUMN map_state INTEGER;
      ALTER TABLE executions ADD COLUMN map_item INTEGER;
      DROP INDEX executions_by_start;
      DROP INDEX executions_by_status;
      CREATE INDEX executions_by_start ON executions (flow, started_ms) WHERE map_run IS NULL;
      CREATE INDEX executions_by_status ON executions (flow, map_run, status, started_ms) WHERE map_run IS NULL;
      CREATE INDEX executions_by_map_run ON executions (flow, map_run, started_ms) WHERE map_run IS NOT NULL;
      CREATE INDEX executions_awaited_by_map_run ON executions (map_run, map_item)
        WHERE map_run IS NOT NULL AND callback IN (1, 2);
      ALTER TABLE snapshot_uses ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE purging ADD COLUMN flow INTEGER;
      CREATE TABLE map_runs (
        execution INTEGER NOT NULL,
        key INTEGER NOT NULL,
        name TEXT NOT NULL COLLATE BINARY,
        event INTEGER NOT NULL,
        status INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        stopped_ms INTEGER NOT NULL,
        concurrency INTEGER NOT NULL,
        tolerated_count INTEGER,
        tolerated_percentage REAL,
        total INTEGER NOT NULL,
        running INTEGER NOT NULL,
        succeeded INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        PRIMARY KEY (execution, key)
      ) STRICT;
      CREATE TABLE map_run_log (
        execution INTEGER NOT NULL,
        key INTEGER NOT NULL,
        first INTEGER NOT NULL,
        count INTEGER NOT NULL,
        entries TEXT NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX map_run_entries ON map_run_log (execution, key, first, count);
    `,
  },
];
