/** A socket between a test and its database, which can lose answers. */
import { createConnection, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { PostgresOptions } from '../../src/store/postgres/options.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

export interface Proxy {
  readonly options: PostgresOptions;
  /** How often a client has sent something since the last look. */
  sent(): number;
  /** The next answer does not arrive: the connection ends when the database sends it. */
  loseAnswer(): void;
  /** No answer arrives, and no connection ends, until {@link passAnswers}. */
  holdAnswers(): void;
  passAnswers(): void;
  /** The answers of the database, and its end, wait until {@link deliver}, and then arrive at once: as for a process that was stopped. */
  collect(): void;
  deliver(): void;
}

export async function openProxy(t: CleanUp, options: PostgresOptions): Promise<Proxy> {
  const folder = temporaryFolder(t);
  const file = `.s.PGSQL.${options.port}`;
  const sockets = new Set<Socket>();
  let isLosing = false;
  let isHolding = false;
  let collected: (() => void)[] | null = null;
  let sent = 0;
  const server = createServer((client) => {
    const database = createConnection(join(options.host, file));
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    const waiting: Buffer[] = [];
    const deliver = (): void => {
      client.write(Buffer.concat(waiting.splice(0)));
      if (database.closed) client.end();
    };
    client.on('close', () => database.destroy());
    database.on('close', () => {
      if (collected === null) client.destroy();
      else collected.push(deliver);
    });
    client.on('data', (data) => {
      sent++;
      database.write(data);
    });
    database.on('data', (data) => {
      if (isHolding) return;
      if (collected !== null) {
        waiting.push(data);
        collected.push(deliver);
      } else if (!isLosing) client.write(data);
      else {
        isLosing = false;
        client.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(join(folder, file), resolve);
  });
  atEnd(t, () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    options: { ...options, host: folder },
    sent() {
      const count = sent;
      sent = 0;
      return count;
    },
    loseAnswer() {
      isLosing = true;
    },
    holdAnswers() {
      isHolding = true;
    },
    passAnswers() {
      isHolding = false;
    },
    collect() {
      collected = [];
    },
    deliver() {
      const all = new Set(collected);
      collected = null;
      for (const each of all) each();
    },
  };
}
