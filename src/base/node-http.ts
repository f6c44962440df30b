/**
 * Node's modules for HTTP and TLS, loaded without import statements. An `import` of `node:http` reads each of its members, and
 * its WebSocket loads HTTP/2, compression and web streams, which no part of Millrace uses. TLS is loaded by its first use.
 */
export const http = process.getBuiltinModule('node:http');

export function loadHttps() {
  return process.getBuiltinModule('node:https');
}

export function loadTls() {
  return process.getBuiltinModule('node:tls');
}
