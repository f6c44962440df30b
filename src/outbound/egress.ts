/**
 * Which addresses a flow may call. Everyone who can reach a server may be able to start flows on it, and must not gain access
 * to the network of its host that way. So a closed policy refuses every address that is not public unicast: loopback,
 * private, link-local, carrier-grade NAT (with the metadata service at 100.100.100.200), multicast, reserved, and the IPv6
 * forms that carry such an IPv4 address. It also refuses the host's own addresses and its IPv6 networks, even if they are
 * public, because a service there may not be meant for everyone. A server that only its own machine can reach calls private
 * addresses, but not the metadata services of clouds: they give the credentials of the machine to every caller.
 *
 * Invariant: the policy judges the address that is connected to, never only the name. A name that resolves to another
 * address the next time is judged again.
 */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface EgressOptions {
  /** `all` addresses may be called, all but those of `metadata` services, or those of the `public` internet only. */
  readonly reach: 'all' | 'all-but-metadata' | 'public';
  /** Host names, addresses and CIDR blocks that may be called with any `reach`. */
  readonly allow: readonly string[];
}

export interface EgressPolicy {
  /** True when `allows` is true of every address, so that no connection has to be checked. */
  readonly open: boolean;
  /** Whether `address`, which `hostname` names or resolves to, may be connected to. */
  allows(hostname: string, address: string): boolean;
}

/**
 * The refusal of an address; reported as `HTTP.AddressNotAllowed`. The message does not say what the name resolves to: the
 * readers of an execution's error must not learn the addresses of an internal network.
 */
export class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed';
  constructor(hostname: string) {
    super(
      `this server may not call ${hostname}, because its address is not public, belongs to the server's own network, or is that of ` +
        'a metadata service; to allow it, add it to egress.allow or set egress.privateAddresses to open',
    );
  }
}

type Block = readonly [net: string, bits: number];

/** Addresses at which clouds give a machine its settings and credentials. */
const METADATA_IPV4: readonly Block[] = [
  // Alibaba Cloud.
  ['100.100.100.200', 32],
  // Azure's host agent, which serves the settings of a virtual machine.
  ['168.63.129.16', 32],
  // Link-local: most clouds.
  ['169.254.0.0', 16],
  // Oracle's earlier address.
  ['192.0.0.192', 32],
];
const METADATA_IPV6: readonly Block[] = [
  // Amazon.
  ['fd00:ec2::', 32],
  // Google.
  ['fd20:ce::', 32],
  // Link-local: Oracle and others.
  ['fe80::a9fe:a9fe', 128],
  // NAT64 of a local network (RFC 8215), which carries every IPv4 address at a place that the network chooses.
  ['64:ff9b:1::', 48],
];

/** IANA special-purpose blocks that are not public unicast. */
const CLOSED_IPV4: readonly Block[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const CLOSED_IPV6: readonly Block[] = [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['100:0:0:1::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

function blockList(ipv4: readonly Block[], ipv6: readonly Block[]): BlockList {
  const list = new BlockList();
  for (const [net, bits] of ipv4) {
    list.addSubnet(net, bits, 'ipv4');
    // The same block as IPv6 carries it: mapped, translated (SIIT and NAT64), compatible, and 6to4.
    list.addSubnet(`::ffff:${net}`, 96 + bits, 'ipv6');
    list.addSubnet(`::ffff:0:${net}`, 96 + bits, 'ipv6');
    list.addSubnet(`64:ff9b::${net}`, 96 + bits, 'ipv6');
    list.addSubnet(`::${net}`, 96 + bits, 'ipv6');
    list.addSubnet(sixToFour(net), 16 + bits, 'ipv6');
  }
  for (const [net, bits] of ipv6) list.addSubnet(net, bits, 'ipv6');
  return list;
}

function sixToFour(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`;
}

/** The networks of a host are /64. Some tunnels report a much shorter prefix, which would close most of the address space. */
const SHORTEST_OWN_IPV6 = 48;

/** The host's addresses, and for IPv6 their networks, because neighbours have public addresses there. */
function ownAddresses(interfaces: typeof networkInterfaces): BlockList {
  const list = new BlockList();
  for (const { family, address, cidr } of Object.values(interfaces()).flatMap((each) => each ?? [])) {
    const bits = Number(cidr?.split('/')[1] ?? 128);
    if (family === 'IPv4') list.addAddress(address, 'ipv4');
    else list.addSubnet(address, bits >= SHORTEST_OWN_IPV6 ? bits : 128, 'ipv6');
  }
  return list;
}

/**
 * The policy of the settings. An entry of `allow` that is neither an address nor a block is a host name. Each new connection
 * to a public address reads `interfaces` again, because the addresses of a host change.
 */
export function egressPolicy(
  options: EgressOptions,
  interfaces: typeof networkInterfaces = networkInterfaces,
): EgressPolicy {
  const { reach } = options;
  if (reach === 'all') return { open: true, allows: () => true };
  const closed =
    reach === 'public'
      ? blockList([...CLOSED_IPV4, ...METADATA_IPV4], [...CLOSED_IPV6, ...METADATA_IPV6])
      : blockList(METADATA_IPV4, METADATA_IPV6);
  const allowed = new BlockList();
  const allowedNames = new Set<string>();
  for (const entry of options.allow) {
    const [net = '', bits] = entry.split('/');
    const family = isIP(net);
    if (family === 0) allowedNames.add(hostKey(entry));
    else if (bits === undefined) allowed.addAddress(net, family === 4 ? 'ipv4' : 'ipv6');
    else allowed.addSubnet(net, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    open: false,
    allows(hostname, address) {
      const bare = address.replace(/%.*$/, '');
      const family = isIP(bare);
      if (family === 0) return false;
      const kind = family === 4 ? 'ipv4' : 'ipv6';
      if (allowed.check(bare, kind) || allowedNames.has(hostKey(hostname))) return true;
      if (closed.check(bare, kind)) return false;
      return reach !== 'public' || !ownAddresses(interfaces).check(bare, kind);
    },
  };
}

function hostKey(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
