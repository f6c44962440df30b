/** Errors of the database: which kind they are, and the sentences about a store that cannot be opened. */
import { reasonOf } from '../../base/text.ts';
import { StoreFault } from '../fault.ts';
import type { PostgresOptions } from './options.ts';

/** Codes of PostgreSQL, which are the same in every version and language. */
export const CODES = {
  divisionByZero: '22012',
  /** Also: there is no partition for a row. */
  checkViolation: '23514',
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlock: '40P01',
  insufficientPrivilege: '42501',
  duplicateSchema: '42P06',
  duplicateTable: '42P07',
  /** Also: the type of the rows of a table that another transaction is making. */
  duplicateObject: '42710',
  invalidPassword: '28P01',
  invalidAuthorization: '28000',
  noSuchDatabase: '3D000',
  lockNotAvailable: '55P03',
  /** A migration of a later version has changed the columns that a prepared statement returns. A new connection prepares it anew. */
  planChanged: '0A000',
} as const;

/** The code of an error of the database; null for any other error. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : null;
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error) ?? '');
}

/** True if the same transaction can succeed when it is made again: another one was in its way. */
export function isConflict(error: unknown): boolean {
  return hasCode(error, CODES.serializationFailure, CODES.deadlock);
}

/** `postgres://host:port/database`, without user and password. */
export function placeOf({ host, port, database }: PostgresOptions): string {
  return host.startsWith('/') ? `${database} in ${host} (port ${port})` : `postgres://${host}:${port}/${database}`;
}

/** The sentence about a store that cannot be opened. */
export function openingFault(error: unknown, options: PostgresOptions): StoreFault {
  if (error instanceof StoreFault) return error;
  return new StoreFault(explain(error, options), { cause: error });
}

function explain(error: unknown, options: PostgresOptions): string {
  const place = placeOf(options);
  const { user, schema, database } = options;
  if (hasCode(error, CODES.invalidPassword, CODES.invalidAuthorization)) {
    return `The database ${place} refuses the user ${user} (${reasonOf(error)}). Correct the user and the password in MILLRACE_STORE.`;
  }
  if (hasCode(error, CODES.noSuchDatabase)) {
    return `The database server of ${place} has no database ${database}. Make it (CREATE DATABASE ${database}), or name another one in MILLRACE_STORE.`;
  }
  if (hasCode(error, CODES.insufficientPrivilege)) {
    return `The user ${user} may not make or use the schema ${schema} of ${place} (${reasonOf(error)}). Make it as an administrator: CREATE SCHEMA ${schema} AUTHORIZATION ${user}.`;
  }
  if (codeOf(error) !== null) {
    return `The database ${place} cannot be used as a store: ${reasonOf(error)}.`;
  }
  return `Millrace cannot connect to the database ${place}: ${reasonOf(error)}. Check that it runs, that this machine can reach it, and that MILLRACE_STORE names it.`;
}
