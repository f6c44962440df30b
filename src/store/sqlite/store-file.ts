/** The file of the SQLite store beside its server. */
import type { Scheduler } from '../../base/scheduler.ts';
import type { StoreFile } from '../store-file.ts';
import { copyStore } from './copy.ts';
import type { SqliteStoreOptions } from './database.ts';
import { examineStore } from './doctor/examine.ts';

export function sqliteStoreFile(options: SqliteStoreOptions, scheduler: Scheduler): StoreFile {
  return {
    file: options.file,
    copyTo: (target) => copyStore(options.file, target),
    examine: (changes) => examineStore(options, scheduler, changes),
  };
}
