/**
 * `millrace serve`: opens the stores, serves until a signal, and closes everything in reverse order. A failed start prints its
 * reason in a sentence. Standard output gets one line, when the server is ready.
 */
import { availableParallelism } from 'node:os';
import { createObserver } from '../base/observer.ts';
import { systemPorts } from '../base/ports.ts';
import { loadOrCreateRootKey } from '../config/root-key.ts';
import type { RootKey } from '../config/root-key.ts';
import type { Settings } from '../config/settings.ts';
import { createLog, logEvents } from '../server/log.ts';
import type { ServerLog } from '../server/log.ts';
import { warnOfRest } from '../server/rest.ts';
import { createServer } from '../server/server.ts';
import type { Server } from '../server/server.ts';
import type { Stores } from '../store/stores.ts';
import type { MainServer, MainServerOptions } from '../workers/main-server.ts';
import type { WorkerPoolOptions } from '../workers/worker-pool.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { nodeOf } from './node-of.ts';
import { openStores } from './open-stores.ts';
import { createAuth } from './server-auth.ts';
import { readSettings, startFaultFor } from './settings.ts';
import { retainingTexts } from '../config/start-files.ts';
import { watchStrayErrors } from './stray-errors.ts';
import { readTls } from './tls.ts';

/** Serves until a signal. Returns 0 when everything was closed, 1 when a defect has stopped it. @throws {StartFault} */
export async function serve(host: Host): Promise<number> {
  const { read, texts } = retainingTexts();
  const settings = await readSettings(host, read);
  const tls = readTls(settings, read);
  const log = createLog(settings.log, host.log);
  const systems = systemPorts(createObserver(logEvents(log, settings.log)));
  const broken = watchStrayErrors(host, systems.observer);
  const stores = await openStores(host, settings);
  const ports = { ...systems, clock: stores.clock ?? systems.clock };
  const server = await closingOnFailure(stores, async () => {
    const rootKey = settings.auth === 'off' ? null : rootKeyOf(host, settings);
    const auth = await createAuth(settings, rootKey, ports);
    const options = { settings, node: nodeOf(settings, null), stores, ports, ...auth, log };
    const count = settings.workers ?? availableParallelism();
    return count === 1
      ? createServer({ ...options, tls })
      : createWorkers(host, { ...options, count, files: texts, rootKey });
  });
  try {
    const url = await listen(server, settings);
    const stopped = new Promise<void>((resolve) => {
      host.onSignal(resolve);
    });
    host.announce(`millrace ready ${url}\n`);
    if (settings.console === 'on') announceConsole(host, log, url);
    const exitCode = await Promise.race([stopped.then(() => EXIT.ok), broken]);
    await drain(server, settings.shutdownMs, log);
    return exitCode;
  } finally {
    await server.close();
  }
}

/** For a person at the terminal. Standard output has one line, for programs. */
function announceConsole(host: Host, log: ServerLog, url: string): void {
  const address = `${url}/console/`;
  if (host.errIsTerminal) host.err(`Open the console in a browser: ${address}\n`);
  else log.info({ url: address }, 'the console is ready');
}

/** Lets calls and executions under way end within the limit, and logs those that did not. */
async function drain(server: Pick<Server, 'underWay' | 'drain'>, limitMs: number, log: ServerLog): Promise<void> {
  log.info(server.underWay, 'stopping');
  await server.drain(limitMs);
  warnOfRest(log, server.underWay);
}

/** Closes the stores when `begin` fails; after it succeeds, the server owns them. */
async function closingOnFailure<T>(stores: Stores, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    await stores.close();
    throw error;
  }
}

interface WorkersOptions extends Omit<MainServerOptions, 'pool'> {
  readonly files: WorkerPoolOptions['files'];
  readonly rootKey: RootKeyPair | null;
}

/** Loads the part that only a server with workers needs. */
async function createWorkers(host: Host, { files, rootKey, ...options }: WorkersOptions): Promise<MainServer> {
  const { createMainServer, supervisingServer } = await import('../workers/main-server.ts');
  const { WorkerPool } = await import('../workers/worker-pool.ts');
  const { stores } = options;
  const { isShared: isNode } = stores.nodes;
  const key =
    rootKey === null ? null : { accessKeyId: rootKey.accessKeyId, accessKeySecret: rootKey.accessKeySecret.reveal() };
  const program = { file: host.program, args: ['worker'] };
  const pool = new WorkerPool({ ...options, files, rootKey: key, isNode, program });
  if (!isNode) return createMainServer({ ...options, pool });
  // It was opened to find its faults, and to bring its schema up to date, once for all workers.
  await stores.close();
  return supervisingServer(pool);
}

type RootKeyPair = Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>;

function rootKeyOf(host: Host, settings: Settings): RootKeyPair {
  if (settings.rootKey === null && settings.store.kind === 'postgres') {
    throw new StartFault(
      'servers that share a store need the same access key, and the settings name none: set MILLRACE_ACCESS_KEY_ID and MILLRACE_ACCESS_KEY_SECRET, or MILLRACE_AUTH=off',
    );
  }
  const rootKey = settings.rootKey ?? storedRootKey(host, settings);
  const { accessKeyId } = rootKey;
  // The settings have compared the keys in them. They do not know the key in the data folder.
  if (settings.keys.some((key) => key.accessKeyId === accessKeyId)) {
    throw new StartFault(
      `the access keys in the settings have faults:\n  access key ${accessKeyId}: two keys have this id; give each key its own id`,
    );
  }
  return rootKey;
}

/**
 * The key in the data folder. A person at a terminal sees a new key; a file or a collector of logs would retain the secret, so
 * there the line names the file. It goes to standard error, because standard output has one line, for programs.
 */
function storedRootKey(host: Host, settings: Settings): RootKey {
  const key = startFaultFor(() => loadOrCreateRootKey(settings.data));
  if (key.created) {
    const stored = `Created an access key for this server and stored it in ${key.file}`;
    host.err(
      host.errIsTerminal
        ? `${stored}. It is shown only once:\n` +
            `  AccessKey ID      ${key.accessKeyId}\n  AccessKey secret  ${key.accessKeySecret.reveal()}\n`
        : `${stored}; read the secret there.\n  AccessKey ID      ${key.accessKeyId}\n`,
    );
  }
  return key;
}

async function listen(server: Pick<Server, 'listen'>, settings: Settings): Promise<string> {
  try {
    return (await server.listen()).url;
  } catch (error) {
    if ((error as Error).name === 'WorkerFault') throw new StartFault((error as Error).message, { cause: error });
    const { host, port } = settings.listen;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new StartFault(`cannot serve on ${address}: ${LISTEN_REASONS[code] ?? message} (MILLRACE_LISTEN)`, {
      cause: error,
    });
  }
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; stop the program that uses it, or choose another port: port 0 picks a free one',
  EADDRNOTAVAIL: 'it is not an address of this machine',
  EACCES: 'this user may not bind the port; choose one from 1024 up, or start the server as a user who may',
  ENOTFOUND: 'the host name cannot be resolved',
};
