/**
 * The schema in PostgreSQL, as numbered migrations. A released migration is never edited; a later one changes what it created.
 *
 * Nodes of two neighbouring versions run side by side during an upgrade. So a migration only adds what an older version need not
 * know, and a later release removes what no version uses any more. `readableBy` is the number of the earliest migration whose
 * version can use the schema afterwards.
 */
import { isAwake, isOpenMail, isRunning, isStopping } from './predicates.ts';

export interface Migration {
  readonly number: number;
  readonly readableBy: number;
  readonly sql: string;
}

/** Texts are compared by their bytes, not by the collation of the database. */
const TEXT = 'text COLLATE "C" NOT NULL';

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    readableBy: 1,
    // Tables with one row that changes often are apart from each other, so that their changes do not wait for each other.
    //
    // `node_fences` is apart from `nodes`: a commit holds a lock of its row in the former, and a beat changes the latter.
    //
    // Primary keys of executions begin with the shard, by which a database that spreads rows can place them. The rows that most
    // executions have are in tables partitioned by the id, which begins with the day of the start: a retention then drops a table
    // instead of deleting rows. The flow of an execution is a digest of its id (`shards.ts`), so that the indexes are small and a
    // start need not look for a number. Status and callback are positions in the lists of `execution-rows.ts`: status 0 is Running,
    // callback 1 is owed, 2 is due.
    //
    // No index but the primary key begins with the shard: the planner would take it for one that finds a row by its id.
    // `predicates.ts` says why the conditions of some indexes have a strange form. The indexes of lists end with the id, which orders executions of the same moment, and leave out the children of Map runs, of
    // which there can be a million.
    sql: `
      CREATE TABLE store (
        one smallint PRIMARY KEY CHECK (one = 1),
        shards smallint NOT NULL,
        last_node bigint NOT NULL,
        token_key bytea,
        purged_id bigint NOT NULL
      );
      CREATE TABLE ids (one smallint PRIMARY KEY CHECK (one = 1), next bigint NOT NULL);
      INSERT INTO ids VALUES (1, 1);
      CREATE TABLE clock (
        one smallint PRIMARY KEY CHECK (one = 1),
        seen_ms bigint NOT NULL,
        set_back_ms bigint NOT NULL
      );
      INSERT INTO clock VALUES (1, 0, 0);

      CREATE TABLE node_fences (number bigint PRIMARY KEY);
      CREATE TABLE nodes (
        number bigint PRIMARY KEY,
        name ${TEXT},
        version ${TEXT},
        lease_ms bigint NOT NULL,
        joined_ms bigint NOT NULL,
        beat_ms bigint NOT NULL,
        executions bigint NOT NULL,
        flow_epoch bigint NOT NULL,
        lag_ms double precision NOT NULL
      );
      CREATE TABLE node_messages (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sender bigint NOT NULL,
        receiver bigint NOT NULL,
        text ${TEXT}
      );
      CREATE INDEX node_messages_by_receiver ON node_messages (receiver, number);
      CREATE TABLE nonce_position (one smallint PRIMARY KEY CHECK (one = 1), last bigint NOT NULL);
      INSERT INTO nonce_position VALUES (1, 0);
      CREATE TABLE nonces (
        position bigint PRIMARY KEY,
        node bigint NOT NULL,
        shared_ms bigint NOT NULL,
        prints bytea NOT NULL
      );

      CREATE TABLE flows (
        name text COLLATE "C" PRIMARY KEY,
        id ${TEXT},
        revision bigint NOT NULL,
        type ${TEXT},
        execution_mode ${TEXT},
        created_ms bigint NOT NULL,
        last_modified_ms bigint NOT NULL,
        resource_group_id ${TEXT},
        role_arn ${TEXT},
        external_storage_location ${TEXT},
        description ${TEXT},
        environment ${TEXT},
        definition ${TEXT},
        writer text COLLATE "C"
      );
      CREATE INDEX flows_by_id ON flows (id);
      CREATE TABLE version_numbers (
        flow text COLLATE "C" PRIMARY KEY REFERENCES flows (name) ON DELETE CASCADE,
        last bigint NOT NULL
      );
      CREATE TABLE flow_versions (
        flow text COLLATE "C" REFERENCES flows (name) ON DELETE CASCADE,
        version bigint NOT NULL,
        created_ms bigint NOT NULL,
        revision bigint NOT NULL,
        last_modified_ms bigint NOT NULL,
        type ${TEXT},
        role_arn ${TEXT},
        version_description ${TEXT},
        description ${TEXT},
        environment ${TEXT},
        definition ${TEXT},
        writer text COLLATE "C",
        PRIMARY KEY (flow, version)
      );
      CREATE TABLE flow_aliases (
        flow text COLLATE "C" REFERENCES flows (name) ON DELETE CASCADE,
        name ${TEXT},
        created_ms bigint NOT NULL,
        routes ${TEXT},
        description ${TEXT},
        PRIMARY KEY (flow, name)
      );
      CREATE TABLE flow_epoch (one smallint PRIMARY KEY CHECK (one = 1), last bigint NOT NULL);
      INSERT INTO flow_epoch VALUES (1, 0);
      CREATE TABLE flow_changes (
        epoch bigint PRIMARY KEY,
        flow ${TEXT},
        deleted_id text COLLATE "C"
      );

      CREATE TABLE schedules (
        id text COLLATE "C" PRIMARY KEY,
        flow ${TEXT} REFERENCES flows (name) ON DELETE CASCADE,
        name ${TEXT},
        revision bigint NOT NULL,
        created_ms bigint NOT NULL,
        last_modified_ms bigint NOT NULL,
        enabled boolean NOT NULL,
        next_due_ms bigint,
        last_due_ms bigint,
        cron_expression ${TEXT},
        description ${TEXT},
        payload ${TEXT}
      );
      CREATE UNIQUE INDEX schedules_by_name ON schedules (flow, name);
      CREATE INDEX schedules_due ON schedules (next_due_ms, id) WHERE next_due_ms IS NOT NULL;

      CREATE TABLE message_number (one smallint PRIMARY KEY CHECK (one = 1), last bigint NOT NULL);
      INSERT INTO message_number VALUES (1, 0);
      CREATE TABLE messages (
        number bigint PRIMARY KEY,
        message_id ${TEXT} UNIQUE,
        target ${TEXT},
        name ${TEXT},
        priority bigint NOT NULL,
        sent_ms bigint NOT NULL,
        visible_ms bigint NOT NULL,
        task_execution bigint,
        task_event bigint,
        push ${TEXT},
        attempts bigint NOT NULL,
        next_ms bigint,
        error ${TEXT},
        tag ${TEXT},
        attributes ${TEXT},
        body ${TEXT}
      );
      CREATE INDEX messages_by_name ON messages (name, number);
      CREATE UNIQUE INDEX messages_by_task ON messages (task_execution, task_event) WHERE task_execution IS NOT NULL;
      CREATE INDEX messages_due ON messages (next_ms, number) WHERE next_ms IS NOT NULL;
      CREATE INDEX messages_settled ON messages (number) WHERE next_ms IS NULL;

      CREATE TABLE snapshots (
        flow bigint NOT NULL,
        revision bigint NOT NULL,
        flow_id ${TEXT},
        flow_name ${TEXT},
        role_arn ${TEXT},
        description ${TEXT},
        environment ${TEXT},
        definition ${TEXT},
        writer text COLLATE "C",
        PRIMARY KEY (flow, revision)
      );
      CREATE TABLE snapshot_uses (
        flow bigint NOT NULL,
        revision bigint NOT NULL,
        node bigint NOT NULL,
        executions bigint NOT NULL,
        items bigint NOT NULL,
        PRIMARY KEY (flow, revision, node)
      );
      CREATE TABLE executions (
        shard smallint NOT NULL,
        id bigint NOT NULL,
        flow bigint NOT NULL,
        status smallint NOT NULL,
        callback smallint NOT NULL,
        owner bigint,
        started_ms bigint NOT NULL,
        stopped_ms bigint NOT NULL,
        ended_ms bigint,
        wake_ms bigint,
        revision bigint NOT NULL,
        parent bigint,
        parent_event bigint,
        depth bigint NOT NULL,
        map_state bigint,
        map_item bigint,
        map_run text COLLATE "C",
        version ${TEXT},
        alias ${TEXT},
        name ${TEXT},
        identity ${TEXT},
        started_by ${TEXT},
        stop text COLLATE "C",
        error ${TEXT},
        cause ${TEXT},
        PRIMARY KEY (shard, id)
      ) WITH (fillfactor = 80);
      CREATE UNIQUE INDEX executions_by_name ON executions (flow, name, shard);
      CREATE INDEX executions_by_start ON executions (flow, started_ms, id) WHERE map_run IS NULL;
      CREATE INDEX executions_by_status ON executions (flow, status, started_ms, id) WHERE map_run IS NULL;
      CREATE INDEX executions_by_map_run ON executions (flow, map_run, started_ms, id) WHERE map_run IS NOT NULL;
      CREATE INDEX executions_awaited_by_map_run ON executions (map_run, map_item)
        WHERE map_run IS NOT NULL AND callback IN (1, 2);
      CREATE INDEX executions_running ON executions (flow, map_run) WHERE ${isRunning()};
      CREATE INDEX executions_awake ON executions (owner, id) WHERE ${isAwake()};
      CREATE INDEX executions_stopping ON executions (owner, id) WHERE ${isStopping()};
      CREATE INDEX executions_asleep ON executions (wake_ms, id) WHERE wake_ms IS NOT NULL;
      CREATE INDEX executions_owed ON executions (parent, parent_event, id) WHERE callback = 1;
      CREATE INDEX executions_due ON executions (id) WHERE callback = 2;
      CREATE INDEX executions_ended ON executions ((coalesce(ended_ms, stopped_ms)), id) WHERE status > 0;
      CREATE TABLE mail (
        id text COLLATE "C" PRIMARY KEY,
        execution bigint NOT NULL,
        sender bigint NOT NULL,
        posted_at timestamptz NOT NULL,
        request ${TEXT},
        answer text COLLATE "C"
      );
      CREATE INDEX mail_open ON mail (execution) WHERE ${isOpenMail()};
      CREATE INDEX mail_by_time ON mail (posted_at);
      CREATE TABLE map_runs (
        execution bigint NOT NULL,
        key bigint NOT NULL,
        name ${TEXT},
        event bigint NOT NULL,
        status smallint NOT NULL,
        started_ms bigint NOT NULL,
        stopped_ms bigint NOT NULL,
        concurrency bigint NOT NULL,
        tolerated_count bigint,
        tolerated_percentage double precision,
        total bigint NOT NULL,
        running bigint NOT NULL,
        succeeded bigint NOT NULL,
        failed bigint NOT NULL,
        PRIMARY KEY (execution, key)
      );
      CREATE TABLE purging (execution bigint PRIMARY KEY, flow bigint NOT NULL);

      CREATE TABLE journal (
        shard smallint NOT NULL,
        execution bigint NOT NULL,
        first bigint NOT NULL,
        count bigint NOT NULL,
        events ${TEXT},
        PRIMARY KEY (shard, execution, first)
      ) PARTITION BY RANGE (execution);
      CREATE TABLE inputs (
        shard smallint NOT NULL,
        execution bigint NOT NULL,
        text ${TEXT},
        PRIMARY KEY (shard, execution)
      ) PARTITION BY RANGE (execution);
      CREATE TABLE outputs (
        shard smallint NOT NULL,
        execution bigint NOT NULL,
        text ${TEXT},
        PRIMARY KEY (shard, execution)
      ) PARTITION BY RANGE (execution);
      CREATE TABLE map_run_log (
        shard smallint NOT NULL,
        execution bigint NOT NULL,
        key bigint NOT NULL,
        first bigint NOT NULL,
        count bigint NOT NULL,
        entries ${TEXT},
        PRIMARY KEY (shard, execution, key, first)
      ) PARTITION BY RANGE (execution);
      CREATE TABLE partitions (
        week bigint PRIMARY KEY,
        purged bigint NOT NULL,
        purged_ms bigint NOT NULL,
        swept_to bigint NOT NULL
      );
    `,
  },
];
