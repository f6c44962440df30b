/**
 * `millrace serve`: opens what the settings name, serves until it is told to stop, and closes everything in the
 * opposite order. A start that fails says why in a sentence; nothing is printed on standard output but the one line
 * when it serves.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { Authenticator } from '../auth/authenticator.ts';
import { createKeyRing } from '../auth/key-ring.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import { systemClock } from '../base/clock.ts';
import { systemIds } from '../base/ids.ts';
import { isLoopback } from '../base/loopback.ts';
import { loadOrCreateRootKey } from '../config/root-key.ts';
import type { RootKey } from '../config/root-key.ts';
import type { Settings } from '../config/settings.ts';
import { OPERATIONS } from '../operations/all.ts';
import type { StandardLog } from '../runtime/durable/durable.ts';
import { StoreFault } from '../store/fault.ts';
import type { Stores } from '../store/stores.ts';
import { createWireServer } from '../wire/server.ts';
import type { WireServer } from '../wire/server.ts';
import { createEngine } from '../server/engine.ts';
import type { Engine } from '../server/engine.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { createLog } from '../server/log.ts';
import type { ServerLog } from '../server/log.ts';
import { readSettings, startFaultFor } from './settings.ts';

/** Serves until a signal; 0 when everything was closed in order. @throws {StartFault} */
export async function serve(host: Host): Promise<number> {
  const settings = await readSettings(host);
  const tls = readTls(settings);
  const log = createLog(settings.log);
  let url = '';
  const engine = await createEngine({
    settings,
    stores: await openStores(host, settings),
    localCallersOnly: isLoopback(settings.listen.host),
    endpoint: () => new URL(url).host,
    log: standardLog(log),
  });
  try {
    const wire = createWireServer({
      operations: OPERATIONS,
      services: engine.services,
      authenticator: createAuthenticator(host, settings),
      listen: settings.listen,
      tls,
      requestBytes: settings.limits.requestBytes,
      earlyAnswerMs: settings.earlyAnswerMs,
      clock: systemClock,
      ids: systemIds,
      log,
    });
    url = await listen(wire, settings);
    const told = new Promise<void>((resolve) => {
      host.onSignal(resolve);
    });
    host.out(`millrace ready ${url}\n`);
    await told;
    await finish(wire, engine, settings.shutdownMs, log);
  } finally {
    await engine.close();
  }
  return EXIT.ok;
}

function standardLog(log: ServerLog): StandardLog {
  return {
    defect: (error, where) => log.error({ err: error, where }, 'something failed in a way that it should not'),
    storeTrouble(trouble) {
      if (trouble === null) log.warn({}, 'the store keeps commits again');
      else log.error({ err: trouble.error }, 'the store keeps no commits; executions wait and starts are refused');
    },
    stuck: (execution, error) => log.error({ execution, err: error }, 'an execution cannot go on'),
    ownershipLost: () => log.error({}, 'another server has taken the store over; Standard executions stand still here'),
  };
}

/** Lets executions under way end and be answered, for as long as the limit allows. */
async function finish(wire: WireServer, engine: Engine, limitMs: number, log: ServerLog): Promise<void> {
  log.info(engine.underWay, 'stopping');
  // Both, because an execution whose caller hung up has no connection that would be waited for.
  await Promise.all([wire.close(limitMs), engine.drain(limitMs)]);
  const { express, calls } = engine.underWay;
  if (express > 0) log.warn({ executions: express }, 'stopped before these executions had ended');
  if (calls > 0) log.warn({ calls }, 'stopped before these tasks were answered; the next start calls them again');
}

async function openStores(host: Host, settings: Settings): Promise<Stores> {
  try {
    return await host.openStores(settings);
  } catch (error) {
    if (error instanceof StoreFault) throw new StartFault(error.message, { cause: error });
    throw error;
  }
}

function createAuthenticator(host: Host, settings: Settings): Authenticator {
  const { region, account } = settings;
  return new Authenticator({
    keys: settings.auth === 'off' ? null : keysOf(host, settings),
    clock: systemClock,
    region,
    account,
  });
}

function keysOf(host: Host, settings: Settings): KeyRing {
  const rootKey = settings.rootKey ?? keptRootKey(host, settings);
  const { ring, faults } = createKeyRing({ rootKey, keys: settings.keys, ids: systemIds });
  if (faults.length > 0)
    throw new StartFault(`the access keys are wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return ring;
}

/** The key of the data folder. A new one is shown on standard error: standard output has one line, for programs. */
function keptRootKey(host: Host, settings: Settings): RootKey {
  const key = startFaultFor(() => loadOrCreateRootKey(settings.data));
  if (key.created) {
    host.err(
      `A new access key for this server, shown this once and kept in ${key.file}:\n` +
        `  AccessKey ID      ${key.accessKeyId}\n  AccessKey secret  ${key.accessKeySecret.reveal()}\n`,
    );
  }
  return key;
}

/** The PEM texts of the settings' files, looked at now because a bad one would otherwise show at the first handshake. */
function readTls({ tls }: Settings): { cert: string; key: string } | null {
  if (tls === null) return null;
  const texts = { cert: readPem('tls.certificate', tls.certFile), key: readPem('tls.key', tls.keyFile) };
  try {
    createSecureContext(texts);
  } catch (error) {
    throw new StartFault(
      `the certificate ${tls.certFile} and the key ${tls.keyFile} cannot be used together: ${reasonOf(error)}`,
      { cause: error },
    );
  }
  return texts;
}

function readPem(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartFault(`the file of the setting ${setting} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

async function listen(wire: WireServer, settings: Settings): Promise<string> {
  try {
    return (await wire.listen()).url;
  } catch (error) {
    const { host, port } = settings.listen;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = LISTEN_REASONS[code] ?? reasonOf(error);
    throw new StartFault(`cannot serve on ${address}: ${reason} (MILLRACE_LISTEN)`, { cause: error });
  }
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; stop what serves there or choose another, port 0 picks a free one',
  EADDRNOTAVAIL: 'it is not an address of this machine',
  EACCES: 'this user may not bind the port; those below 1024 are usually kept for the superuser',
  ENOTFOUND: 'the host name is not known',
};

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
