/** The store of the settings as a file, for the commands that work beside the server. */
import type { Settings } from '../config/settings.ts';
import { StoreFault } from '../store/fault.ts';
import type { StoreFile } from '../store/store-file.ts';
import type { Host } from './host.ts';
import { StartFault } from './host.ts';

/** @throws {StartFault} for a store that is no file */
export async function storeFileOf(host: Host, settings: Settings): Promise<StoreFile> {
  const file = await host.storeFile(settings);
  if (file !== null) return file;
  const { store } = settings;
  if (store.kind === 'postgres') {
    throw new StartFault(
      `the setting store names a PostgreSQL, and this command works on SQLite files. Use the tools of PostgreSQL: pg_dump --schema=${store.schema} copies the store, pg_restore puts it back, and pg_amcheck looks for damage`,
    );
  }
  throw new StartFault(
    'the setting store is "memory", so there is no file; a server with this setting loses everything when it ends',
  );
}

/** Returns the result of `work`. @throws {StartFault} instead of a {@link StoreFault} */
export function startFaultForStore<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreFault) throw new StartFault(error.message, { cause: error });
    throw error;
  }
}
