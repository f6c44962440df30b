/** `s3rver`, a store that is compatible with Amazon S3 and checks signatures, as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { Secret } from '../../src/config/settings.ts';
import { s3Signer } from '../../src/objects/service/signers.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

/** The only key of the server, which the server itself sets. */
const KEY = 'S3RVER';

export interface S3Server {
  readonly endpoint: string;
  /** Settings with this server as the place of the bucket `data`. */
  settings(secret?: string): string;
  /** Writes an object of the bucket `data`. */
  put(key: string, body: string | Buffer): Promise<void>;
}

/** Null when the package is not installed. */
export async function startS3Server(t: CleanUp): Promise<S3Server | null> {
  const script = scriptPath();
  if (script === null) return null;
  const folder = temporaryFolder(t);
  // The package lists a program, but does not contain it. Its tokens of pages need a cipher that Node has switched off.
  const run = 'require(process.argv[1]).parseAsync(process.argv)';
  const options = ['--address', '127.0.0.1', '--port', '0', '--silent', '--configure-bucket', 'data'];
  const child = spawn(
    process.execPath,
    ['--openssl-legacy-provider', '-e', run, script, '--directory', folder, ...options],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  atEnd(t, async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  let endpoint = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listening on (\S+)$/.exec(line)?.[1];
    if (address === undefined) continue;
    endpoint = `http://${address}`;
    break;
  }
  child.stdout.resume();
  const parts = { clock: systemClock, bucket: 'data', endpoint, region: 'us-east-1', isPathStyle: true };
  const sign = s3Signer(parts, { accessKeyId: KEY, accessKeySecret: new Secret(KEY), securityToken: null });
  return {
    endpoint,
    settings: (secret = KEY) =>
      `objects: {buckets: {data: {type: s3, endpoint: "${endpoint}", accessKeyId: ${KEY}, accessKeySecret: "${secret}"}}}`,
    async put(key, body) {
      const bytes = Buffer.from(body);
      const { url, headers } = sign({ method: 'PUT', key, query: new Map(), headers: new Map(), body: bytes });
      const answer = await fetch(url, { method: 'PUT', headers: Object.fromEntries(headers), body: bytes });
      if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    },
  };
}

function scriptPath(): string | null {
  try {
    return fileURLToPath(import.meta.resolve('@20minutes/s3rver/lib/cli.js'));
  } catch {
    return null;
  }
}
