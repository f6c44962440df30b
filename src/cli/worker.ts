/**
 * `millrace worker`: a worker of a server, which `millrace serve` starts. It serves what the main process passes to it, until that
 * process ends the link or ends itself. Signals are for the main process: a terminal sends them to all processes of a group.
 */
import { createObserver } from '../base/observer.ts';
import { systemPorts } from '../base/ports.ts';
import { atMost, systemScheduler } from '../base/scheduler.ts';
import { Secret } from '../config/settings.ts';
import { createLog, logEvents } from '../server/log.ts';
import type { ServerOptions } from '../server/server.ts';
import type { Stores } from '../store/stores.ts';
import { Link } from '../workers/link.ts';
import type { Parent } from '../workers/parent.ts';
import { DUTIES } from '../workers/ports.ts';
import type { WorkerStart } from '../workers/ports.ts';
import { servePort } from '../workers/remote-port.ts';
import { createWorkerServer } from '../workers/worker-server.ts';
import type { WorkerServer, WorkerServerOptions } from '../workers/worker-server.ts';
import { EXIT, UsageFault } from './host.ts';
import type { Host } from './host.ts';
import { nodeOf } from './node-of.ts';
import { openStores } from './open-stores.ts';
import { createAuth } from './server-auth.ts';
import type { ServerAuth } from './server-auth.ts';
import { readSettings } from './settings.ts';
import { retainedTexts } from '../config/start-files.ts';
import { watchStrayErrors } from './stray-errors.ts';
import { readTls } from './tls.ts';

/** How long a worker takes to leave its store. The main process waits a second longer. */
const LEAVE_MS = 4_000;

interface Begun {
  readonly server: WorkerServer;
  /** Resolves with the exit code when a defect has to stop the worker. */
  readonly broken: Promise<number>;
  readonly shutdownMs: number;
}

/** Returns 0 when the main process has ended the worker, 1 when a defect has. @throws {UsageFault} */
export async function worker(host: Host, number: number): Promise<number> {
  const { parent } = host;
  if (parent === null) throw new UsageFault('"millrace worker" is a part of a server: start it with "millrace serve"');
  host.ignoreSignals();
  const link = new Link(parent, systemScheduler);
  const begun = Promise.withResolvers<Begun>();
  const server = begun.promise.then((each) => each.server);
  let beginning: Promise<Begun> | null = null;
  servePort(link, DUTIES, {
    async begin(start) {
      beginning = begin(host, { number, parent, link, start });
      begun.resolve(await beginning);
    },
    forgetFlow: async (...change) => (await server).forgetFlow(...change),
    showLife: () => Promise.resolve(),
    drain: async (limitMs) => (await server).drain(limitMs),
  });
  const ended = link.ended.then(() => leave(beginning));
  return Promise.race([ended, begun.promise.then(stopWhenBroken)]);
}

/** The main process has ended the worker, or has ended itself. The worker loses its calls under way, and no other node waits for it. */
async function leave(beginning: Promise<Begun> | null): Promise<number> {
  const left = beginning?.then(({ server }) => server.leave()).catch(() => undefined);
  await atMost(systemScheduler, LEAVE_MS, Promise.resolve(left));
  return EXIT.ok;
}

interface Beginning {
  readonly number: number;
  readonly parent: Parent;
  readonly link: Link;
  readonly start: WorkerStart;
}

async function begin(host: Host, { number, ...given }: Beginning): Promise<Begun> {
  const { files, isNode } = given.start;
  const read = retainedTexts(files);
  const settings = await readSettings(host, read);
  const tls = readTls(settings, read);
  const log = createLog(settings.log, host.log, number);
  const systems = systemPorts(createObserver(logEvents(log, settings.log)));
  const broken = watchStrayErrors(host, systems.observer);
  const { shutdownMs } = settings;
  const stores = isNode ? await openStores(host, settings) : null;
  try {
    const ports = { ...systems, clock: stores?.clock ?? systems.clock };
    const server = await createServer({ ...given, settings, ports, tls, log }, stores, nodeOf(settings, number));
    return { server, broken, shutdownMs };
  } catch (error) {
    await stores?.close();
    throw error;
  }
}

type Given = Omit<WorkerServerOptions, keyof ServerAuth | 'info'> & { readonly start: WorkerStart };

/** @param stores those of the worker as a node; null when the main process has them */
async function createServer(given: Given, stores: Stores | null, node: ServerOptions['node']): Promise<WorkerServer> {
  const { settings, ports, start, tls: texts } = given;
  const auth = await createAuth(settings, start.rootKey === null ? null : secretOf(start.rootKey), ports);
  const tls = texts === null ? null : { ...texts, ticketKeys: Buffer.from(start.ticketKeys, 'base64') };
  const options = { ...given, ...auth, tls, info: node.info };
  if (stores === null) return createWorkerServer(options);
  // Loads the engine, which the other workers do not need.
  const { createNodeWorker } = await import('../workers/node-worker.ts');
  return createNodeWorker({ ...options, stores, node });
}

function secretOf({ accessKeyId, accessKeySecret }: NonNullable<WorkerStart['rootKey']>) {
  return { accessKeyId, accessKeySecret: new Secret(accessKeySecret) };
}

/** After a defect the worker stops in order, and the main process starts another one. */
async function stopWhenBroken({ server, broken, shutdownMs }: Begun): Promise<number> {
  const exitCode = await broken;
  server.refuse();
  await server.drain(shutdownMs);
  await server.close();
  return exitCode;
}
