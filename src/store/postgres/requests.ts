/** Requests of others about an execution, which wait in the store for its owner: stops and mail. */
import type { ExecutionStore, Requests } from '../executions.ts';
import type { NodeNumber } from '../nodes.ts';
import { int8s, texts } from './arrays.ts';
import type { Database, DatabaseUse } from './database.ts';
import { failureOf } from './execution-rows.ts';
import { textOf } from './flow-rows.ts';
import { isExecution, isKey } from './keys.ts';
import { isOpenMail, isStopping } from './predicates.ts';
import { shardOf } from './shards.ts';
import { stored } from './texts.ts';
import { RUNNING } from '../stored-forms.ts';

type RequestMethods = Pick<ExecutionStore, 'requestStop' | 'post' | 'requests' | 'answer' | 'answers' | 'ended'>;

/** Answers mail ($1 the ids, $2 the answers). The first answer counts. */
export const ANSWER = `
  UPDATE mail m SET answer = u.answer FROM unnest($1::text[], $2::text[]) AS u (id, answer)
  WHERE ${isKey('m.id', 'u.id')} AND m.answer IS NULL`;
/** The stop requests of the executions of node $1. */
export const STOPS = `
  SELECT id, stop FROM executions WHERE ${isStopping()} AND owner = $1::bigint ORDER BY id`;
/** Their mail without an answer. */
export const OPEN_MAIL = `
  SELECT m.id, m.execution, m.sender, m.request FROM mail m
    JOIN executions e ON ${isExecution('e', 'm.execution', '$2')}
  WHERE ${isOpenMail('m.')} AND e.owner = $1::bigint AND e.status = ${RUNNING} ORDER BY m.posted_at, m.id`;
const POST = `
  WITH running AS (SELECT 1 FROM executions WHERE shard = $1 AND id = $2 AND status = ${RUNNING}),
    posted AS (
      INSERT INTO mail (id, execution, sender, posted_at, request)
      SELECT $3, $2, $4, clock_timestamp(), $5 FROM running ON CONFLICT (id) DO NOTHING)
  SELECT 1 FROM running`;
const RUNNING_OF = `
  SELECT e.id FROM unnest($1::bigint[]) AS u (id)
    JOIN executions e ON ${isExecution('e', 'u.id', '$2')}
  WHERE e.status = ${RUNNING}`;

export function requestMethods(use: DatabaseUse, shards: number): RequestMethods {
  return {
    requestStop: (id, request) =>
      use.run(async (database) => {
        const isIt = `shard = $1 AND id = $2 AND status = ${RUNNING}`;
        const key = [shardOf(id, shards), id];
        const asked = await database.rows(
          `UPDATE executions SET stop = $3 WHERE ${isIt} AND stop IS NULL RETURNING 1`,
          [...key, JSON.stringify(request)],
        );
        if (asked.length === 1) return 'asked';
        const running = await database.rows(`SELECT 1 FROM executions WHERE ${isIt}`, key);
        return running.length === 1 ? 'asked-before' : 'not-running';
      }),
    post: ({ id, execution, from, request }) =>
      use.run(async (database) => {
        const values = [shardOf(execution, shards), execution, stored(id), from, stored(request)];
        return (await database.rows(POST, values)).length === 1;
      }),
    requests: (node) => use.run((database) => requestsOf(database, node, shards)),
    answer: (answers) =>
      use.run(async (database) => {
        if (answers.length === 0) return;
        await database.rows(ANSWER, [texts(answers.map(({ id }) => id)), texts(answers.map(({ answer }) => answer))]);
      }),
    answers: (ids) =>
      use.run(async (database) => {
        const rows = await database.rows('SELECT id, answer FROM mail WHERE id = ANY($1::text[])', [texts(ids)]);
        const found = new Set(rows.map((row) => textOf(row['id'])));
        const answered = rows.filter((row) => row['answer'] !== null);
        return {
          answers: answered.map((row) => ({ id: textOf(row['id']), answer: textOf(row['answer']) })),
          absent: ids.filter((id) => !found.has(id)),
        };
      }),
    ended: (ids) =>
      use.run(async (database) => {
        const rows = await database.rows(RUNNING_OF, [int8s(ids), shards]);
        const running = new Set(rows.map((row) => Number(row['id'])));
        return ids.filter((id) => !running.has(id));
      }),
  };
}

async function requestsOf(database: Database, node: NodeNumber, shards: number): Promise<Requests> {
  const [stops, mail] = await Promise.all([database.rows(STOPS, [node]), database.rows(OPEN_MAIL, [node, shards])]);
  return {
    stops: stops.map((row) => ({ id: Number(row['id']), request: failureOf(textOf(row['stop'])) })),
    mail: mail.map((row) => ({
      id: textOf(row['id']),
      execution: Number(row['execution']),
      from: Number(row['sender']),
      request: textOf(row['request']),
    })),
  };
}
