/**
 * The baseline for the durable runtime on PostgreSQL: a group commit as a competent programmer would write it by hand, with `pg`, one
 * transaction for each flush and one statement for each kind of row. It stores the same texts as Millrace's journal, decides nothing,
 * checks nothing and has no index but the keys.
 */
import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import { GroupCommit } from './group-commit.ts';
import type { Write } from './group-commit.ts';

export async function openPostgresGroupCommit(config: ClientConfig): Promise<GroupCommit> {
  const client = new Client(config);
  await client.connect();
  await client.query(`
    CREATE TABLE IF NOT EXISTS by_hand_executions (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, status int NOT NULL,
      input text NOT NULL, output text NOT NULL);
    CREATE TABLE IF NOT EXISTS by_hand_journal (execution bigint NOT NULL, first bigint NOT NULL, events text NOT NULL,
      PRIMARY KEY (execution, first))`);
  return new GroupCommit(
    (writes) => flush(client, writes),
    () => client.end(),
  );
}

async function flush(client: Client, writes: readonly Write[]): Promise<void> {
  const starts = writes.filter((write) => write.kind === 'start');
  const ends = writes.filter((write) => write.kind === 'end');
  await client.query('BEGIN');
  if (starts.length > 0) {
    await client.query({
      name: 'start',
      text: "INSERT INTO by_hand_executions SELECT id, name, 0, input, '' FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (id, name, input)",
      values: [starts.map(({ id }) => id), starts.map(({ name }) => name), starts.map(({ input }) => input)],
    });
  }
  await client.query({
    name: 'append',
    text: 'INSERT INTO by_hand_journal SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])',
    values: [
      writes.map(({ id }) => id),
      writes.map((write) => (write.kind === 'start' ? 1 : write.first)),
      writes.map(({ events }) => events),
    ],
  });
  if (ends.length > 0) {
    await client.query({
      name: 'end',
      text: 'UPDATE by_hand_executions e SET status = 1, output = u.output FROM unnest($1::bigint[], $2::text[]) AS u (id, output) WHERE e.id = u.id',
      values: [ends.map(({ id }) => id), ends.map(({ output }) => output)],
    });
  }
  await client.query('COMMIT');
}
