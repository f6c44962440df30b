/** Opens the stores of a server, and turns the faults of a person who starts it into sentences. */
import { dirname } from 'node:path';
import { requirePrivateFolder, requirePrivateStore } from '../config/private-files.ts';
import type { Settings } from '../config/settings.ts';
import { StoreFault } from '../store/fault.ts';
import type { Stores } from '../store/stores.ts';
import { StartFault } from './host.ts';
import type { Host } from './host.ts';
import { startFaultFor } from './settings.ts';

/** @throws {StartFault} */
export async function openStores(host: Host, settings: Settings): Promise<Stores> {
  const { store } = settings;
  if (store.kind === 'sqlite') {
    startFaultFor(() => {
      requirePrivateFolder(dirname(store.file));
      requirePrivateStore(store.file);
    });
  }
  try {
    return await host.openStores(settings);
  } catch (error) {
    if (error instanceof StoreFault) throw new StartFault(error.message, { cause: error });
    throw error;
  }
}
