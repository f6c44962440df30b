/** The schema of the file: that it has the tables, columns and indexes which the migrations make. */
import { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { migrate } from '../database.ts';
import { MIGRATIONS } from '../migrations.ts';
import { amount, fault, repairable, some } from './finding.ts';

/** An index, a table or anything else that a schema has. */
interface Part {
  readonly type: string;
  readonly name: string;
  /** The statement that makes it. */
  readonly sql: string;
  /** Of a table; empty for others. */
  readonly columns: readonly string[];
}

/** True for a store without any table: a file that was emptied, or one whose log was deleted before it was copied into the file. */
export function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
}

export function emptyStore(file: string): RepairableFinding {
  return fault({
    what: `The store file ${file} is empty: it has no tables.`,
    means: 'The next start of the server makes a new store of it. Flows and executions that were in it are lost.',
    advice: 'Restore a backup. If no server has used the file yet, do nothing.',
  });
}

/** @param database with the latest migration */
export function checkSchema(database: DatabaseSync): readonly RepairableFinding[] {
  const [has, needs] = [partsOf(database), migrated()];
  const tables = checkTables(has, needs);
  // An index of a missing table cannot be made.
  const indexes = tables.length > 0 ? [] : checkIndexes(database, has, needs);
  return [...tables, ...indexes, ...checkOthers(has, needs)];
}

function checkTables(has: Parts, needs: Parts): readonly RepairableFinding[] {
  const missing = [...needs.values()].flatMap(({ type, name, columns }) => {
    if (type !== 'table') return [];
    const found = has.get(name);
    if (found === undefined) return [name];
    return columns.filter((column) => !found.columns.includes(column)).map((column) => `${name}.${column}`);
  });
  if (missing.length === 0) return [];
  return [
    fault({
      what: `${amount(missing.length, 'table or column', 'tables or columns')} of the store ${missing.length === 1 ? 'is' : 'are'} missing: ${some(missing)}.`,
      means: 'Their content is lost. The server does not start, or its calls fail.',
      advice: 'Restore a backup.',
    }),
  ];
}

function checkIndexes(database: DatabaseSync, has: Parts, needs: Parts): readonly RepairableFinding[] {
  const missing = [...needs.values()].filter(({ type, name, sql }) => type === 'index' && has.get(name)?.sql !== sql);
  if (missing.length === 0) return [];
  return [
    repairable({
      what: `${amount(missing.length, 'index', 'indexes')} of the store ${missing.length === 1 ? 'is' : 'are'} missing or of another form: ${some(missing.map(({ name }) => name))}.`,
      means: 'No data is lost, but calls, schedules or purges of the server fail.',
      repair: 'makes them from the tables',
      run: () => {
        for (const { name, sql } of missing) database.exec(`DROP INDEX IF EXISTS ${name}; ${sql}`);
      },
    }),
  ];
}

/** Tables for reports and the like do no harm; a trigger may. */
function checkOthers(has: Parts, needs: Parts): readonly RepairableFinding[] {
  const others = [...has.values()].filter(({ name }) => !needs.has(name)).map(({ type, name }) => `${type} ${name}`);
  if (others.length === 0) return [];
  return [
    {
      level: 'note',
      what: `The store has what Millrace has not made: ${some(others)}.`,
      means: 'A trigger can change what the server stores. Other things take space only.',
      repair: null,
      run: null,
      advice: 'Remove what you do not need.',
    },
  ];
}

type Parts = ReadonlyMap<string, Part>;

function partsOf(database: DatabaseSync): Parts {
  const rows = database
    .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
    .all();
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)');
  return new Map(
    rows.map((row) => {
      const [type, name, sql] = [String(row['type']), String(row['name']), String(row['sql'])];
      const names = type === 'table' ? columns.all(name).map((column) => String(column['name'])) : [];
      return [name, { type, name, sql, columns: names }];
    }),
  );
}

/** The schema of a new store. */
function migrated(): Parts {
  const database = new DatabaseSync(':memory:');
  try {
    migrate(database, MIGRATIONS);
    return partsOf(database);
  } finally {
    database.close();
  }
}
