/** A proxy that serves several consoles at one origin, each below a path of its own: `/a/console/` of the server `a`. */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../../../src/testing/clean-up.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';

export async function startPrefixProxy(
  t: CleanUp,
  servers: Readonly<Record<string, { readonly url: string }>>,
): Promise<{ readonly url: string }> {
  const proxy = createServer((request, response) => {
    const [, prefix = '', path = '/'] = /^\/(\w+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const server = servers[prefix];
    if (server === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { hostname, port } = new URL(server.url);
    const { method = 'GET', headers } = request;
    const passed = httpRequest({ host: hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  atEnd(t, () => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}
