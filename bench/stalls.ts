/**
 * `npm run stalls`: attacks a server, each attack beside an innocent client that calls every ten milliseconds, and prints the longest
 * time that the client waited, the longest time that the server's main thread computed before it answered the client, and the
 * server's largest memory. The aim is 50 ms. `--only TEXT` runs the attacks whose names contain it.
 *
 * Every attack has a new server with default settings, as a process of its own.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { inFolder } from './folder.ts';
import { call, createFlow, peakMb, startMillraceOn } from './servers.ts';
import type { Server } from './servers.ts';
import { machine } from './stalls/attack.ts';
import type { Attack, Target } from './stalls/attack.ts';
import { ATTACKS } from './stalls/attacks.ts';
import { watch } from './stalls/watcher.ts';
import type { Watched } from './stalls/watcher.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

/** Answers of the attacker's service by path. */
const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['/long-integers', `[${'12345678901234567890,'.repeat(45_000)}1]`],
  ['/empty-lists', `[${'[],'.repeat(345_000)}1]`],
  ['/deep', '['.repeat(100_000) + ']'.repeat(100_000)],
]);

interface Outcome {
  readonly answers: string;
  readonly watched: Watched;
  readonly peak: number | null;
  readonly isAlive: boolean;
}

async function play(attack: Attack, service: string): Promise<Outcome> {
  return inFolder(async (data) => {
    let server = await startMillraceOn(data, attack.settings ?? '');
    await createFlow(server.port, 'innocent', JSON.stringify(machine('innocent', [{ Type: 'Pass', Name: 'A' }])));
    let watching: ReturnType<typeof watch> | null = null;
    const target: Target = {
      get port() {
        return server.port;
      },
      get pid() {
        return server.pid;
      },
      service,
      call: (action, form) => call(server.port, action, form),
      async restart() {
        await watching?.stop();
        await server.kill();
        server = await startMillraceOn(data, attack.settings ?? '');
        watching = watch(server);
      },
    };
    try {
      await attack.prepare?.(target);
      watching = watch(server);
      const answers = await attack.run(target).catch((error: unknown) => String(error));
      const watched = await watching.stop();
      return { answers, watched, peak: peakMb(server.pid), isAlive: await answersCalls(server) };
    } finally {
      await server.kill();
    }
  });
}

async function answersCalls(server: Server): Promise<boolean> {
  return call(server.port, 'ListFlows', { Limit: '1' }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

const service = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end(ANSWERS.get(request.url ?? '') ?? '{}');
}).listen(0, '127.0.0.1');
await once(service, 'listening');
const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;

console.log(
  '| attack | answers | longest wait of another client | computed meanwhile | peak memory | |\n|---|---|---|---|---|---|',
);
for (const attack of ATTACKS.filter(({ what }) => what.includes(values.only))) {
  const { answers, watched, peak, isAlive } = await play(attack, url);
  const memory = peak === null ? '–' : `${Math.round(peak)} MB`;
  const broken = watched.broken === 0 ? '' : `${watched.broken} of its calls broke`;
  console.log(
    `| ${attack.what} | ${answers} | ${Math.round(watched.longestMs)} ms | ${Math.round(watched.busiestMs)} ms | ${memory} | ${isAlive ? broken : '**dead**'} |`,
  );
}
service.close();
service.closeAllConnections();
