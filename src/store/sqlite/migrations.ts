/**
 * The schema of the SQLite store, as numbered steps. A step that was released is never edited: a later one changes
 * what it made. The number of the last step done is the file's `user_version`.
 */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    // `definition` stands last: SQLite keeps a long one on pages of its own, which a scan of the columns before it
    // never reads. Names compare by their bytes (BINARY is the default, said here because paging rests on it).
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
    // What a version freezes are the members of a flow that can change; the rest is read from the flow. The last number
    // has a table of its own, because it outlives the version that had it and ends with the flow.
    //
    // A commit touches many executions and few pages: what it adds goes to the end of a table (journal, inputs, outputs,
    // executions: ids ascend), and flow ids are small numbers in the indexes. Texts stand beside the executions, which a
    // list reads by the thousand and a timer changes. Status and callback are numbers, in the order of
    // `execution-rows.ts`: 0 is Running, 1 owed, 2 due.
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
    // What has to be pushed has a `next_ms`. A message goes to the end of the table and leaves it at its beginning, and
    // numbers are never used twice, because pages go on after one.
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
];
