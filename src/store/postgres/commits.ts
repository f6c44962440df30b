/**
 * Commits in PostgreSQL, one after the other. Most are one round trip (`usual-commit.ts`). If the database is not as such a commit
 * expects, because it was made before, or a name is taken, or the node has lost an execution, the same changes are made again in a
 * second way: lock and read the rows, decide (`commit-plan.ts`), write. Both ways have the same outcome.
 */
import type { Scheduler } from '../../base/scheduler.ts';
import type { ExecutionChange, Outcome } from '../executions.ts';
import type { NodeNumber } from '../nodes.ts';
import type { Statement } from './batch.ts';
import { CommitLink, ConnectionLost } from './commit-link.ts';
import type { Begun } from './commit-link.ts';
import { loadedOf, loadStatements, snapshotKey } from './commit-load.ts';
import { CommitPlan } from './commit-plan.ts';
import { STATEMENTS } from './commit-statements.ts';
import { CODES, codeOf, hasCode, isConflict } from './faults.ts';
import { leaseLost } from './fences.ts';
import type { PostgresOptions } from './options.ts';
import type { Partitions } from './partitions.ts';
import { weekOf } from './shards.ts';
import { usualWrites } from './usual-commit.ts';

/** How often a commit is made again when other transactions are in its way. */
const ATTEMPTS = 20;
/** Keys of snapshots in memory. */
const SNAPSHOTS = 10_000;

const BEGIN: Statement = { name: 'begin', values: [] };
const COMMIT: Statement = { name: 'commit', values: [] };
const ROLLBACK: Statement = { name: 'rollback', values: [] };

export class Commits {
  readonly #link: CommitLink;
  readonly #partitions: Partitions;
  readonly #shards: number;
  /** Keys of snapshots that this process has seen in the database. A purge may have deleted one since; then the commit looks. */
  readonly #snapshots = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PostgresOptions, partitions: Partitions, scheduler: Scheduler) {
    this.#link = new CommitLink(options, new Map(Object.entries(STATEMENTS)), scheduler);
    this.#partitions = partitions;
    this.#shards = options.shards;
  }

  /** As `ExecutionStore.commit`. */
  commit(node: NodeNumber, changes: readonly ExecutionChange[]): Promise<readonly Outcome[]> {
    const turn = this.#last.then(() => this.#commit(node, changes));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#link.close();
  }

  async #commit(node: NodeNumber, changes: readonly ExecutionChange[]): Promise<readonly Outcome[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        // A second attempt looks, because the first may have met what another node did at the same time.
        const isDone = attempt === 1 && (await this.#asUsual(node, changes));
        const outcomes = isDone ? changes.map(() => 'stored' as const) : await this.#withALook(node, changes);
        this.#remember(changes, outcomes);
        return outcomes;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        if (hasCode(error, CODES.checkViolation)) await this.#makePartitions(changes);
        else if (!isConflict(error) && !isUnexpected(error) && !(error instanceof ConnectionLost)) throw error;
      }
    }
  }

  /** False if the commit is not a usual one, or did not find what it expects. */
  async #asUsual(node: NodeNumber, changes: readonly ExecutionChange[]): Promise<boolean> {
    const writes = usualWrites(changes, this.#snapshots);
    if (writes === null) return false;
    try {
      await this.#link.run([fence(node), ...writes.statements(node, this.#shards)]);
      return true;
    } catch (error) {
      if (isUnexpected(error)) return false;
      throw error;
    }
  }

  async #withALook(node: NodeNumber, changes: readonly ExecutionChange[]): Promise<readonly Outcome[]> {
    try {
      const begun = await this.#begin([BEGIN, fence(node), ...loadStatements(changes, this.#shards)], leaseLost);
      const [, , ...answers] = begun.answers;
      const plan = new CommitPlan(node, loadedOf(answers));
      const outcomes = changes.map((change) => plan.apply(change));
      await begun.more([...plan.writes().statements(node, this.#shards), COMMIT]);
      return outcomes;
    } catch (error) {
      // The database has rolled back what a closed connection had begun.
      if (this.#link.isOpen) await this.#link.run([ROLLBACK]);
      throw error;
    }
  }

  /** @param unexpected makes the error of a statement that does not find what it expects */
  async #begin(statements: readonly Statement[], unexpected: () => Error): Promise<Begun> {
    try {
      return await this.#link.begin(statements);
    } catch (error) {
      throw isUnexpected(error) ? unexpected() : error;
    }
  }

  #remember(changes: readonly ExecutionChange[], outcomes: readonly Outcome[]): void {
    if (this.#snapshots.size > SNAPSHOTS) this.#snapshots.clear();
    for (const [i, { start }] of changes.entries()) {
      if (start === undefined || outcomes[i] !== 'stored') continue;
      this.#snapshots.add(snapshotKey(start.record.flowId, start.record.revision));
    }
  }

  async #makePartitions(changes: readonly ExecutionChange[]): Promise<void> {
    await this.#partitions.make([...new Set(changes.map(({ id }) => weekOf(id)))]);
  }
}

function fence(node: NodeNumber): Statement {
  return { name: 'fence', values: [String(node)] };
}

/** The error of a statement that did not find what it expects (`commit-statements.ts`). */
function isUnexpected(error: unknown): boolean {
  return codeOf(error) === CODES.divisionByZero;
}
