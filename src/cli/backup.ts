/** `millrace backup FILE`: a copy of the store and of the root key, also while a server runs (docs/operations.md). */
import { copyFileSync, existsSync, constants, chmodSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf } from '../base/text.ts';
import { readRootKey } from '../config/root-key.ts';
import type { Settings } from '../config/settings.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { readSettings, startFaultFor } from './settings.ts';
import { storeFileOf, startFaultForStore } from './store-file.ts';

/** Prints what the copy contains. @throws {StartFault} */
export async function backup(host: Host, file: string): Promise<number> {
  const settings = await readSettings(host);
  const target = resolve(host.workingFolder, file);
  const store = await storeFileOf(host, settings);
  const keyFile = copyRootKey(settings, target);
  try {
    const { bytes, flows, executions } = startFaultForStore(() => store.copyTo(target));
    host.out(
      `${target}: ${amount(flows, 'flow')}, ${amount(executions, 'Standard execution')}, ${bytes} bytes\n` +
        (keyFile === null ? '' : `${keyFile}: the root key\n`),
    );
    return EXIT.ok;
  } catch (error) {
    if (keyFile !== null) rmSync(keyFile, { force: true });
    throw error;
  }
}

function amount(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Copies the key that the server has made beside the copy of the store. Null if the server has its key from the settings. */
function copyRootKey(settings: Settings, target: string): string | null {
  const key = settings.rootKey === null ? startFaultFor(() => readRootKey(settings.data)) : null;
  if (key === null) return null;
  const copy = `${target}.root-key.json`;
  try {
    copyFileSync(key.file, copy, constants.COPYFILE_EXCL);
    chmodSync(copy, 0o600);
  } catch (error) {
    const reason = existsSync(copy) ? 'the file exists' : reasonOf(error);
    throw new StartFault(`cannot copy the root key to ${copy}: ${reason}. Name a new file, in a folder that exists`, {
      cause: error,
    });
  }
  return copy;
}
