/**
 * Which node may change which execution of an SQLite file. One process has the file, so owners are in its memory (`embedded-nodes.ts`);
 * the tables say which executions run. Every call is made while no commit is under way, or reads what the last one has stored.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Failure } from '../../interpreter/event.ts';
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type {
  ExecutionChange,
  ExecutionId,
  ExecutionRecord,
  Outcome,
  OwnedExecution,
  Requests,
} from '../executions.ts';
import type { Mail } from '../mail.ts';
import type { NodeNumber } from '../nodes.ts';
import { isOfOthers } from '../own-changes.ts';
import type { Row } from './flow-rows.ts';
import { DUE, RUNNING } from '../stored-forms.ts';

/** Executions that one query reads while it looks for those without an owner. */
const PAGE = 500;

export class Ownership {
  readonly #nodes: EmbeddedNodes;
  readonly #recordOf: (id: ExecutionId) => ExecutionRecord | null;
  readonly #status: StatementSync;
  readonly #nextEvent: StatementSync;
  readonly #awake: StatementSync;
  readonly #due: StatementSync;
  readonly #dueEnds: StatementSync;
  readonly #requestStop: StatementSync;

  constructor(database: DatabaseSync, nodes: EmbeddedNodes, recordOf: (id: ExecutionId) => ExecutionRecord | null) {
    this.#nodes = nodes;
    this.#recordOf = recordOf;
    this.#status = database.prepare('SELECT status FROM executions WHERE id = ?');
    this.#nextEvent = database.prepare(`
      SELECT first + count AS next FROM journal WHERE execution = ? ORDER BY first DESC LIMIT 1`);
    this.#awake = database.prepare(`
      SELECT id FROM executions INDEXED BY executions_running
      WHERE status = ${RUNNING} AND id > ? AND (wake_ms IS NULL OR stop IS NOT NULL) ORDER BY id LIMIT ?`);
    this.#due = database.prepare(`
      SELECT id FROM executions INDEXED BY executions_asleep
      WHERE wake_ms IS NOT NULL AND wake_ms <= ? ORDER BY wake_ms, id`);
    this.#dueEnds = database.prepare(`
      SELECT id, parent FROM executions INDEXED BY executions_due
      WHERE callback = ${DUE} AND id > ? AND status <> ${RUNNING} ORDER BY id`);
    this.#requestStop = database.prepare(`
      UPDATE executions SET stop = ? WHERE id = ? AND status = ${RUNNING} AND stop IS NULL`);
  }

  /**
   * Commits the changes that the node may make, and has the outcomes of all.
   * @param store stores changes in one transaction @throws {LeaseLost}
   */
  async commit(
    node: NodeNumber,
    changes: readonly ExecutionChange[],
    store: (own: readonly ExecutionChange[]) => Promise<readonly Outcome[]>,
  ): Promise<readonly Outcome[]> {
    this.#nodes.require(node);
    const own = changes.filter((change) => this.#mayChange(node, change));
    const outcomes = await store(own);
    let at = 0;
    return changes.map((change) => {
      if (own[at] !== change) return 'lost';
      const outcome = outcomes[at++] ?? 'lost';
      if (outcome === 'stored') this.#stored(node, change);
      return outcome;
    });
  }

  claim(node: NodeNumber, id: ExecutionId): OwnedExecution | null {
    this.#nodes.require(node);
    const record = this.#recordOf(id);
    if (record === null) return null;
    if (record.status === 'Running' && this.#nodes.ownerOf(id) === null) this.#nodes.setOwner(id, node);
    return { record, owner: this.#nodes.ownerOf(id) };
  }

  claimUnowned(node: NodeNumber, afterId: ExecutionId, limit: number): readonly ExecutionId[] {
    this.#nodes.require(node);
    const withMail = [...this.#nodes.executionsWithMail].filter(
      (id) => id > afterId && this.#nodes.ownerOf(id) === null && this.isRunning(id),
    );
    const found = new Set([...withMail, ...this.#awakeOf(null, afterId, limit)]);
    return this.#own(node, [...found].sort((a, b) => a - b).slice(0, limit));
  }

  ownedAwake(node: NodeNumber, afterId: ExecutionId, limit: number): readonly ExecutionId[] {
    return this.#awakeOf(node, afterId, limit);
  }

  /** The first awake executions of an owner. */
  #awakeOf(owner: NodeNumber | null, afterId: ExecutionId, limit: number): readonly ExecutionId[] {
    const found: ExecutionId[] = [];
    for (let after = afterId, rows: Row[] = []; found.length < limit; ) {
      rows = this.#awake.all(after, PAGE);
      for (const id of rows.map(idOf)) {
        after = id;
        if (this.#nodes.ownerOf(id) === owner) found.push(id);
      }
      if (rows.length < PAGE) break;
    }
    return found.slice(0, limit);
  }

  claimDue(node: NodeNumber, nowMs: number, limit: number): readonly ExecutionId[] {
    this.#nodes.require(node);
    return this.#own(
      node,
      this.#first(this.#due.iterate(nowMs), limit, (row) => this.#isFor(node, idOf(row))),
    );
  }

  dueEnds(node: NodeNumber, afterId: ExecutionId, limit: number): readonly ExecutionId[] {
    return this.#first(this.#dueEnds.iterate(afterId), limit, (row) => this.#isFor(node, Number(row['parent'])));
  }

  requestStop(id: ExecutionId, request: Failure): 'asked' | 'asked-before' | 'not-running' {
    if (Number(this.#requestStop.run(JSON.stringify(request), id).changes) === 1) return 'asked';
    return this.isRunning(id) ? 'asked-before' : 'not-running';
  }

  post(mail: Mail): boolean {
    if (!this.isRunning(mail.execution)) return false;
    this.#nodes.post(mail);
    return true;
  }

  requests(node: NodeNumber): Requests {
    const stops: { id: ExecutionId; request: Failure }[] = [];
    for (const id of this.#nodes.ownedBy(node)) {
      const record = this.#recordOf(id);
      if (record?.status === 'Running' && record.stop !== null) stops.push({ id, request: record.stop });
    }
    return { stops, mail: this.#nodes.mailOf(node) };
  }

  isRunning(id: ExecutionId): boolean {
    return this.#status.get(id)?.['status'] === RUNNING;
  }

  #mayChange(node: NodeNumber, change: ExecutionChange): boolean {
    const { id, start, reopen, journal } = change;
    const owner = this.#nodes.ownerOf(id);
    if (owner === node || start !== undefined || isOfOthers(change)) return true;
    const status = this.#status.get(id)?.['status'];
    if (owner !== null || status === RUNNING) return false;
    // It has ended: this is a redrive, or an earlier commit whose answer was lost.
    if (status === undefined || reopen !== true || journal === undefined) return true;
    return journal.first === Number(this.#nextEvent.get(id)?.['next'] ?? 1);
  }

  #stored(node: NodeNumber, { id, start, reopen, end, release, answers }: ExecutionChange): void {
    if (answers !== undefined) this.#nodes.answer(answers);
    if (end !== undefined || release === true) this.#nodes.setOwner(id, null);
    else if (start !== undefined || reopen === true) this.#nodes.setOwner(id, node);
  }

  #isFor(node: NodeNumber, id: ExecutionId): boolean {
    const owner = this.#nodes.ownerOf(id);
    return owner === null || owner === node;
  }

  #own(node: NodeNumber, ids: readonly ExecutionId[]): readonly ExecutionId[] {
    for (const id of ids) this.#nodes.setOwner(id, node);
    return ids;
  }

  #first(rows: Iterable<Row>, limit: number, isMeant: (row: Row) => boolean): readonly ExecutionId[] {
    const ids: ExecutionId[] = [];
    for (const row of rows) {
      if (!isMeant(row)) continue;
      ids.push(idOf(row));
      if (ids.length === limit) break;
    }
    return ids;
  }
}

function idOf(row: Row): ExecutionId {
  return Number(row['id']);
}
