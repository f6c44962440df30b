/**
 * `millrace serve`: opens the stores, serves until a signal, and closes everything in reverse order. A failed start prints its
 * reason in a sentence. Standard output gets one line, when the server is ready.
 */
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { Authenticator } from '../auth/authenticator.ts';
import { createFlowRights } from '../auth/flow-rights.ts';
import { createKeyRing } from '../auth/key-ring.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import { isLoopback } from '../base/loopback.ts';
import { AssertionFailure } from '../base/assert.ts';
import { createObserver } from '../base/observer.ts';
import type { Observer } from '../base/observer.ts';
import { systemPorts } from '../base/ports.ts';
import { requirePrivateFolder, requirePrivateStore } from '../config/private-files.ts';
import { loadOrCreateRootKey } from '../config/root-key.ts';
import type { RootKey } from '../config/root-key.ts';
import type { Settings } from '../config/settings.ts';
import { ALL_RIGHTS } from '../runtime/flow-rights.ts';
import { createLog, logEvents } from '../server/log.ts';
import type { ServerLog } from '../server/log.ts';
import { createServer } from '../server/server.ts';
import type { Server, ServerOptions } from '../server/server.ts';
import { StoreFault } from '../store/fault.ts';
import type { Stores } from '../store/stores.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { readSettings, startFaultFor } from './settings.ts';
import { readTls } from './tls.ts';
import { packageVersion } from './version.ts';

/** Serves until a signal. Returns 0 when everything was closed, 1 when a defect has stopped it. @throws {StartFault} */
export async function serve(host: Host): Promise<number> {
  const settings = await readSettings(host);
  const tls = readTls(settings);
  const log = createLog(settings.log, host.log);
  const systems = systemPorts(createObserver(logEvents(log, settings.log)));
  const broken = watchStrayErrors(host, systems.observer);
  const stores = await openStores(host, settings);
  const ports = { ...systems, clock: stores.clock ?? systems.clock };
  const server = await closingOnFailure(stores, async () => {
    const { clock } = ports;
    const keys = settings.auth === 'off' ? null : await keysOf(host, settings);
    const { region, account } = settings;
    const authenticator = new Authenticator({ keys, clock, region, account });
    const limited = keys !== null && settings.flowRights === 'writer';
    // A reverse proxy on this machine lets others call.
    const localCallersOnly = isLoopback(settings.listen.host) && settings.callers.trustProxy.length === 0;
    return createServer({
      settings,
      node: nodeOf(settings),
      stores,
      ports,
      localCallersOnly,
      authenticator,
      rights: limited ? createFlowRights({ keys, clock, region, account }) : ALL_RIGHTS,
      tls,
      log,
    });
  });
  try {
    const url = await listen(server, settings);
    const stopped = new Promise<void>((resolve) => {
      host.onSignal(resolve);
    });
    host.announce(`millrace ready ${url}\n`);
    const exitCode = await Promise.race([stopped.then(() => EXIT.ok), broken]);
    await drain(server, settings.shutdownMs, log);
    return exitCode;
  } finally {
    await server.close();
  }
}

/** This process among the nodes of its store. */
function nodeOf({ cluster: { name, leaseMs, pollMs } }: Settings): NonNullable<ServerOptions['node']> {
  return { info: { name: name ?? `${hostname()}:${process.pid}`, version: packageVersion(), leaseMs }, pollMs };
}

/**
 * An error that no part of the server has caught is logged, and the server continues. Each part catches what its callbacks throw,
 * so such an error comes from a module of the user, or from an event of a connection, and concerns that connection alone. An
 * assertion is different: a part of the server itself was in a state that must not be. The server then stops in order, and its
 * next start continues from the store. Resolves with the exit code of that stop.
 */
function watchStrayErrors(host: Host, { defect }: Observer): Promise<number> {
  return new Promise((resolve) => {
    host.onStrayError((error) => {
      const isOurs = error instanceof AssertionFailure;
      const where = isOurs ? 'the server, which stops' : 'work that no part of the server waits for';
      defect?.({ error, where });
      if (isOurs) resolve(EXIT.failed);
    });
  });
}

/** Lets calls and executions under way end within the limit, and logs those that did not. */
async function drain(server: Server, limitMs: number, log: ServerLog): Promise<void> {
  const { engine } = server;
  log.info(engine.underWay, 'stopping');
  await server.drain(limitMs);
  const { express, calls } = engine.underWay;
  if (express > 0) {
    log.warn({ executions: express }, 'stopped before these Express executions had ended; their results are lost');
  }
  if (calls > 0)
    log.warn({ calls }, 'stopped before these tasks had ended; the next start of the server calls them again');
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

async function openStores(host: Host, settings: Settings): Promise<Stores> {
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

async function keysOf(host: Host, settings: Settings): Promise<KeyRing> {
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
  return createKeyRing({ rootKey, keys: settings.keys });
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

async function listen(server: Server, settings: Settings): Promise<string> {
  try {
    return (await server.listen()).url;
  } catch (error) {
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
