/** The egress policy: the addresses that it closes, and attempts to pass it by other spellings, names and redirects. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { egressPolicy } from '../../src/outbound/egress.ts';
import { bench, recorder } from './support.ts';

const closed = egressPolicy({ reach: 'public', allow: [] });
const isOpen = (address: string): boolean => closed.allows('host.example', address);

test('addresses that are not public unicast are closed', () => {
  const addresses = [
    '0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254',
    '172.16.0.1 172.31.255.255 192.0.0.1 192.168.0.1 198.18.0.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255',
    ':: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:a00:1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::1',
    '100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe:: fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0',
    'fec0::1 ff02::1 100:0:0:1::1 168.63.129.16 ::ffff:0:7f00:1 ::ffff:0:10.0.0.1',
  ].join(' ');
  for (const address of addresses.split(' ')) assert.equal(isOpen(address), false, address);
  assert.equal(isOpen('not an address'), false);
});

test('a server that only its own machine reaches calls every address but those of metadata services', () => {
  const local = egressPolicy({ reach: 'all-but-metadata', allow: ['169.254.7.7'] });
  const metadata =
    '169.254.169.254 169.254.170.2 169.254.0.1 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd20:ce::254 fe80::a9fe:a9fe ' +
    '::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::1 ::169.254.169.254 ::ffff:0:6464:64c8 64:ff9b:1::a9fe:a9fe';
  for (const address of metadata.split(' ')) assert.equal(local.allows('host.example', address), false, address);
  const open =
    '127.0.0.1 10.0.0.1 192.168.0.1 100.64.0.1 100.100.100.201 172.16.0.1 ::1 fc00::1 fd00::1 fe80::1 8.8.8.8 169.254.7.7';
  for (const address of open.split(' ')) assert.equal(local.allows('host.example', address), true, address);
});

test('public addresses are open', () => {
  const addresses = '1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.1.1 223.255.255.254';
  const ipv6 = '2400:3200::1 2606:4700:4700::1111 64:ff9b::808:808 2002:808:808:: ::ffff:8.8.8.8';
  for (const address of `${addresses} ${ipv6}`.split(' ')) assert.equal(isOpen(address), true, address);
});

test('an IPv6 address that carries an IPv4 address is judged by it', () => {
  fc.assert(
    fc.property(fc.ipV4(), (ipv4) => {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
      const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
      for (const address of [`::ffff:${ipv4}`, `::ffff:${hex}`, `64:ff9b::${ipv4}`, `2002:${hex}::1`]) {
        assert.equal(isOpen(address), isOpen(ipv4), address);
      }
    }),
    { numRuns: 300 },
  );
});

test('exceptions: addresses, blocks, and names with every address that they resolve to', () => {
  const policy = egressPolicy({
    reach: 'public',
    allow: ['10.1.0.0/16', '192.168.7.7', 'Intranet.Example.', 'fd00::/8'],
  });
  assert.ok(policy.allows('x', '10.1.2.3'));
  assert.ok(policy.allows('x', '::ffff:10.1.2.3'));
  assert.ok(!policy.allows('x', '10.2.0.1'));
  assert.ok(policy.allows('x', '192.168.7.7'));
  assert.ok(!policy.allows('x', '192.168.7.8'));
  assert.ok(policy.allows('x', 'fd12::1'));
  assert.ok(policy.allows('intranet.example', '10.9.9.9'));
  assert.ok(!policy.allows('sub.intranet.example', '10.9.9.9'));
});

test("the host's own addresses are closed, and so are its neighbours in an IPv6 network", () => {
  const entry = { netmask: '', mac: '00:00:00:00:00:00', internal: false };
  const interfaces = () => ({
    eth0: [
      { ...entry, family: 'IPv4' as const, address: '8.8.4.4', cidr: '8.8.4.4/20' },
      { ...entry, family: 'IPv6' as const, address: '2400:3200::7', cidr: '2400:3200::7/64', scopeid: 0 },
    ],
    tun0: [{ ...entry, family: 'IPv6' as const, address: '2a00::1', cidr: '2a00::1/3', scopeid: 0 }],
    down0: undefined,
  });
  const policy = egressPolicy({ reach: 'public', allow: ['2400:3200::9'] }, interfaces);
  for (const address of ['8.8.4.4', '::ffff:8.8.4.4', '2400:3200::7', '2400:3200::8', '2a00::1']) {
    assert.equal(policy.allows('x', address), false, address);
  }
  for (const address of ['8.8.4.5', '2400:3200::9', '2400:3200:0:1::7', '2a00::2']) {
    assert.equal(policy.allows('x', address), true, address);
  }
});

test('a closed server calls no private address in any spelling', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => response.end('inside'));
  const { port } = new URL(url);
  const http = bench(t, { egress: { reach: 'public', allow: [] } });
  const hosts =
    '127.0.0.1 2130706433 0x7f.1 0177.0.0.1 127.1 0 localhost LOCALHOST [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::] ①②⑦.0.0.1';
  for (const host of hosts.split(' ')) {
    const failure = await http.failure('HTTP:Request', { url: `http://${host}:${port}/` });
    assert.equal(failure.error, 'HTTP.AddressNotAllowed', host);
    assert.match(failure.cause, /egress\.privateAddresses/);
  }
  assert.equal(received.length, 0);
  const secure = await http.failure('HTTP:Request', { url: `https://127.0.0.1:${port}/` });
  assert.equal(secure.error, 'HTTP.AddressNotAllowed');
});

test('a redirect to a closed address is refused', async (t) => {
  const { url: inside, received } = await recorder(t, (_request, response) => response.end('inside'));
  const { url } = await recorder(t, (_request, response) => {
    response.writeHead(307, { location: inside.replace('127.0.0.1', '127.0.0.2') }).end();
  });
  const http = bench(t, { egress: { reach: 'public', allow: ['127.0.0.1'] } });
  assert.equal((await http.failure('HTTP:Request', { url })).error, 'HTTP.AddressNotAllowed');
  assert.equal(received.length, 0);
  assert.deepEqual(((await http.output('HTTP:Request', { url: inside })) as { Body: string }).Body, 'inside');
});

test('a name on the list is open; the same address by another name is not', async (t) => {
  const { url } = await recorder(t, (_request, response) => response.end('inside'));
  const http = bench(t, { egress: { reach: 'public', allow: ['localhost'] } });
  const { port } = new URL(url);
  assert.equal(
    ((await http.output('HTTP:Request', { url: `http://localhost:${port}/` })) as { Body: string }).Body,
    'inside',
  );
  assert.equal((await http.failure('HTTP:Request', { url })).error, 'HTTP.AddressNotAllowed');
});

test('targets that the settings name are open', async (t) => {
  const { url } = await recorder(t, (_request, response) => response.end('{"ok":true}'));
  const closedBench = bench(t, {
    egress: { reach: 'public', allow: [] },
    functions: [{ pattern: 'f', target: { kind: 'url', url } }],
    cloud: null,
  });
  const output = await closedBench.output('FC:InvokeFunction', {
    resourceArn: 'acs:fc:::functions/f',
    invocationType: 'Sync',
  });
  assert.deepEqual((output as { Body: unknown }).Body, { ok: true });
});
