/** `/healthz` and `/readyz` (rules.md 2.10): small JSON for probes, without a signature. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Health {
  /** A sentence without details, because strangers read it; null when all is well. */
  readonly reason: string | null;
  /** Log lines that were lost since the start of the server. */
  readonly lostLogLines: number;
}

/** Knows how the server is. No member rejects or takes longer than a few seconds. */
export interface HealthSource {
  /** The process runs, and its store answers. */
  alive(): Promise<Health>;
  /** It also accepts starts. */
  ready(): Promise<Health>;
}

/** The paths, with the member of the source and the status of a reply about health. */
const PROBES = {
  '/healthz': { ask: (source: HealthSource) => source.alive(), ok: 'ok' },
  '/readyz': { ask: (source: HealthSource) => source.ready(), ok: 'ready' },
} as const;

export type ProbePath = keyof typeof PROBES;

export function isProbePath(path: string): path is ProbePath {
  return path in PROBES;
}

/** Answers a GET or HEAD of a probe. Never rejects. */
export async function answerProbe(
  source: HealthSource,
  path: ProbePath,
  { method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { ask, ok } = PROBES[path];
  const { reason, lostLogLines } = await ask(source).catch(() => UNKNOWN);
  const body = JSON.stringify({
    status: reason === null ? ok : 'failing',
    ...(reason !== null && { reason }),
    ...(lostLogLines > 0 && { lostLogLines }),
  });
  if (response.destroyed) return;
  response.writeHead(reason === null ? 200 : 503, {
    'content-type': 'application/json;charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(method === 'HEAD' ? undefined : body);
}

const UNKNOWN: Health = { reason: 'The server could not determine its health.', lostLogLines: 0 };
