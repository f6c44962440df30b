/**
 * Examines a store file that no server uses. Without changes the file is opened for reading only; the check of what the file contains
 * needs the latest schema.
 */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Scheduler } from '../../../base/scheduler.ts';
import { reasonOf } from '../../../base/text.ts';
import { EmbeddedNodes } from '../../embedded-nodes.ts';
import { StoreFault } from '../../fault.ts';
import type { ExaminedExecutions, OpenExamination, RepairableFinding } from '../../store-file.ts';
import { CommitThread } from '../commit-thread.ts';
import { SharedConnection } from '../connection.ts';
import { explain, migrate, realFile, refuseForeign, schemaOf } from '../database.ts';
import type { SqliteStoreOptions } from '../database.ts';
import { createSqliteExecutions } from '../execution-store.ts';
import { MIGRATIONS } from '../migrations.ts';
import { takeOwnerLock } from '../owner-lock.ts';
import { inTransaction } from '../transaction.ts';
import { checkCallbacks } from './callbacks.ts';
import { checkLog, checkPermissions, checkSpace } from './files.ts';
import { fault } from './finding.ts';
import { checkFlows } from './flows.ts';
import { checkIntegrity, checkReferences } from './integrity.ts';
import { checkGaps, checkRowsOfExecutions } from './journals.ts';
import { checkMapRuns } from './map-runs.ts';
import { checkSchedules } from './schedules.ts';
import { checkSchema, emptyStore, isEmpty } from './schema.ts';
import { checkSnapshots, checkSnapshotUses } from './snapshots.ts';
import { RUNNING } from '../../stored-forms.ts';

/** Checks of what the tables contain. The executions without a flow come first, because others name the flow. */
const CHECKS = [
  checkFlows,
  checkReferences,
  checkGaps,
  checkRowsOfExecutions,
  checkSnapshots,
  checkSnapshotUses,
  checkCallbacks,
  checkMapRuns,
  checkSchedules,
] as const;

/** How long the examination waits for another program that has locked the file. */
const BUSY_TIMEOUT_MS = 2000;

/** As `StoreFile.examine`. @throws {StoreFault} */
export function examineStore(
  { file: named, synchronous }: SqliteStoreOptions,
  scheduler: Scheduler,
  changes: boolean,
): OpenExamination {
  if (!existsSync(named)) {
    throw new StoreFault(`There is no store ${named}. Set MILLRACE_DATA to the data folder of the server.`);
  }
  const file = realFile(named);
  const logBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const permissions = checkPermissions(file);
  const lock = takeOwnerLock(file);
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file, { readOnly: !changes, timeout: BUSY_TIMEOUT_MS });
    return new SqliteExamination(database, { file, synchronous, scheduler, changes, logBytes, permissions }, lock);
  } catch (error) {
    database?.close();
    lock.release();
    throw error instanceof StoreFault ? error : new StoreFault(explain(file, error), { cause: error });
  }
}

interface ExaminationOptions {
  readonly file: string;
  readonly synchronous: SqliteStoreOptions['synchronous'];
  readonly scheduler: Scheduler;
  readonly changes: boolean;
  readonly logBytes: number;
  /** Checked before SQLite has opened the file and made others. */
  readonly permissions: readonly RepairableFinding[];
}

class SqliteExamination implements OpenExamination {
  readonly #database: DatabaseSync;
  readonly #options: ExaminationOptions;
  readonly #lock: { release(): void };
  readonly #damage: readonly RepairableFinding[];
  /** That the store lacks migrations, until that is repaired. */
  #older: RepairableFinding | null = null;

  constructor(database: DatabaseSync, options: ExaminationOptions, lock: { release(): void }) {
    refuseForeign(database, options.file, MIGRATIONS);
    this.#database = database;
    this.#options = options;
    this.#lock = lock;
    this.#damage = checkIntegrity(database);
    if (!this.#isUnreadable && !this.#isCurrent) this.#older = this.#olderSchema();
    if (!options.changes || this.#isUnreadable) return;
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.synchronous};`);
    migrate(database, MIGRATIONS);
  }

  get #isUnreadable(): boolean {
    return this.#damage.some(({ run }) => run === null);
  }

  get #isCurrent(): boolean {
    return schemaOf(this.#database) === (MIGRATIONS.at(-1)?.number ?? 0);
  }

  findings(): readonly RepairableFinding[] {
    const { file, logBytes, permissions } = this.#options;
    const outside = [...permissions, ...this.#damage];
    if (this.#isUnreadable) return outside;
    if (isEmpty(this.#database)) return [...outside, emptyStore(file)];
    const files = [...checkLog(this.#database, file, logBytes), ...checkSpace(this.#database)];
    if (this.#older !== null) return [...outside, this.#older, ...files];
    const schema = checkSchema(this.#database);
    // The other checks read the tables by the indexes. After a repair they come too.
    const contents = isWhole(schema) ? CHECKS.flatMap((check) => this.#look(check)) : [];
    return [...outside, ...schema.map((finding) => this.#inTransaction(finding)), ...contents, ...files];
  }

  get executions(): ExaminedExecutions | null {
    if (this.#isUnreadable || !this.#isCurrent || !isWhole(checkSchema(this.#database))) return null;
    const { scheduler, synchronous } = this.#options;
    const database = this.#database;
    const opened = { database, files: [], requireFiles: () => undefined, close: () => undefined };
    // Reads do not start the thread.
    const thread = new CommitThread({ files: [], synchronous }, scheduler);
    const nodes = new EmbeddedNodes(false);
    const { store } = createSqliteExecutions(new SharedConnection(opened, scheduler), thread, nodes);
    const { get, snapshot, journal, mapRunLog } = store;
    const running = database.prepare(`
      SELECT id FROM executions INDEXED BY executions_running WHERE status = ${RUNNING} AND id > ? ORDER BY id LIMIT ?`);
    const runningIds = (afterId: number, limit: number) => running.all(afterId, limit).map((row) => Number(row['id']));
    return { get, snapshot, journal, mapRunLog, runningIds };
  }

  close(): void {
    this.#database.close();
    this.#lock.release();
  }

  /** A check that cannot read the tables is a finding, and not the end of the examination. */
  #look(check: (typeof CHECKS)[number]): readonly RepairableFinding[] {
    try {
      return check(this.#database).map((finding) => this.#inTransaction(finding));
    } catch (error) {
      return [
        fault({
          what: `A part of the store could not be examined: ${reasonOf(error)}.`,
          means: 'The tables are not as Millrace makes them.',
          advice: 'Restore a backup.',
        }),
      ];
    }
  }

  #inTransaction(finding: RepairableFinding): RepairableFinding {
    const { run, what } = finding;
    if (run === null) return finding;
    return {
      ...finding,
      run: () => {
        try {
          inTransaction(this.#database, run);
        } catch (error) {
          throw new StoreFault(
            `The repair failed (${reasonOf(error)}), and changed nothing: ${what} Restore a backup.`,
            { cause: error },
          );
        }
      },
    };
  }

  #olderSchema(): RepairableFinding {
    const schema = schemaOf(this.#database);
    return {
      level: 'note',
      what: `An earlier version of Millrace wrote the store: it has schema ${schema}, and this version uses ${MIGRATIONS.length}.`,
      means: 'Only the file was examined, and not what it contains. The next start of the server migrates it.',
      repair: 'migrates it, and examines its content',
      // Opening the store for changes has migrated it.
      run: () => {
        this.#older = null;
      },
      advice: null,
    };
  }
}

/** True if no table, column or index is missing. */
function isWhole(schema: readonly RepairableFinding[]): boolean {
  return schema.every(({ level }) => level === 'note');
}
