/** Proxies before servers, on the path of real connections. */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';

export interface Passed {
  /** Where to: only host and port count. */
  readonly server: { readonly url: string };
  /** Another path, or other headers, than those of the request. */
  readonly path?: string;
  readonly headers?: IncomingHttpHeaders;
  readonly onAnswer?: () => void;
  readonly onClose?: () => void;
}

/** Starts a proxy. `pass` says where a request goes; null breaks its connection. */
export async function startProxy(
  t: CleanUp,
  pass: (request: IncomingMessage) => Passed | null,
): Promise<{ readonly url: string; readonly proxy: Server }> {
  const proxy = createServer((request, response) => {
    const passed = pass(request);
    if (passed === null) response.destroy();
    else passOn(request, response, passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  atEnd(t, () => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, proxy };
}

function passOn(request: IncomingMessage, response: ServerResponse, passed: Passed): void {
  const { server, path = request.url ?? '/', headers = request.headers, onAnswer, onClose } = passed;
  const { hostname, port } = new URL(server.url);
  const { method = 'GET' } = request;
  const onward = httpRequest({ host: hostname, port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    onAnswer?.();
  });
  onward.on('error', () => response.destroy());
  if (onClose !== undefined) onward.on('close', onClose);
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
