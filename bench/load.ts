/**
 * The load generator, a separate process. For each round it first signs all requests and opens all connections, and then starts
 * the clock. Each connection sends its next request when it has the answer to the last. A latency is that of a sequence of
 * calls, which usually has one call. An answer that is not the expected success ends the benchmark.
 */
import { Connection } from './connection.ts';
import type { Credentials } from './requests.ts';
import { signedRequest } from './requests.ts';

export interface Call {
  readonly action: string;
  /** `{n}` in a value is replaced by the number of the sequence. */
  readonly form: Readonly<Record<string, string>>;
  /** The body of every answer must contain this text. */
  readonly expect: string;
}

export interface Round {
  readonly port: number;
  readonly credentials: Credentials;
  /** A sequence: one call after the other, on one connection. */
  readonly calls: readonly Call[];
  /** The number of sequences. */
  readonly requests: number;
  readonly connections: number;
  /** Sequence `i` has the number `(from + i) * stride % numbers`. */
  readonly from?: number;
  readonly stride?: number;
  readonly numbers?: number;
}

export interface RoundResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The share of the time in which this process computed; near 1 it measures itself. */
  readonly generatorBusy: number;
}

async function run(round: Round): Promise<RoundResult> {
  const host = `127.0.0.1:${round.port}`;
  const sequences = Array.from({ length: round.requests }, (_, i) => {
    const n = String((((round.from ?? 0) + i) * (round.stride ?? 1)) % (round.numbers ?? Number.MAX_SAFE_INTEGER));
    return round.calls.map(({ action, form, expect }) => ({
      bytes: signedRequest(host, round.credentials, action, numbered(form, n)),
      expected: Buffer.from(expect),
    }));
  });
  const latencies = new Float64Array(round.requests);
  const connections = await Promise.all(Array.from({ length: round.connections }, () => Connection.open(round.port)));
  let next = 0;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      for (let mine = next++; mine < sequences.length; mine = next++) {
        const sent = performance.now();
        for (const { bytes, expected } of sequences[mine] as readonly Sent[]) {
          const answer = await connection.send(bytes);
          if (answer.status !== 200 || !answer.body.includes(expected)) {
            throw new Error(`an unexpected answer: ${answer.status} ${answer.body.toString('utf8', 0, 500)}`);
          }
        }
        latencies[mine] = performance.now() - sent;
      }
    }),
  );
  const elapsedMs = performance.now() - began;
  const cpu = process.cpuUsage(cpuBefore);
  for (const connection of connections) connection.close();
  latencies.sort();
  const at = (share: number): number => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
  return {
    perSecond: (round.requests / elapsedMs) * 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    generatorBusy: (cpu.user + cpu.system) / 1000 / elapsedMs,
  };
}

interface Sent {
  readonly bytes: Buffer;
  readonly expected: Buffer;
}

function numbered(form: Call['form'], n: string): Call['form'] {
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, value.replaceAll('{n}', n)]));
}

process.on('message', (round: Round) => {
  run(round).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
