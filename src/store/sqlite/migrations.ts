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
];
