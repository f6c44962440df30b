/**
 * Which addresses a flow may call. A server that others can reach must not become a way into its host's network
 * unnoticed, so when the policy is closed everything that is not a public unicast address is refused:
 * loopback, private, link-local, carrier-grade NAT (with the metadata service at 100.100.100.200), multicast,
 * reserved, and the IPv6 forms that carry such an IPv4 address inside. Refused too are the addresses of the host itself
 * and the IPv6 networks that it stands in, public as they may be: what listens there need not be meant for all.
 *
 * Invariant: the policy judges the address that is connected to, never the name alone, so a name that resolves
 * to something else the second time gains nothing.
 */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface EgressOptions {
  /** True: every address may be called. */
  readonly open: boolean;
  /** Host names, addresses and CIDR blocks that stay open when closed. */
  readonly allow: readonly string[];
}

export interface EgressPolicy {
  readonly open: boolean;
  /** Whether `address`, which `hostname` names or resolves to, may be connected to. */
  allows(hostname: string, address: string): boolean;
}

/**
 * The refusal of an address; reported as `HTTP.AddressNotAllowed`. It does not say what a name resolves to: the
 * addresses of an inner network are nothing for whoever reads an execution's error.
 */
export class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed';
  constructor(hostname: string) {
    super(
      `${hostname} is no public address outside this host's network, and this server calls no other ` +
        '(setting egress.privateAddresses; egress.allow names exceptions)',
    );
  }
}

/** IANA special-purpose blocks that are not public unicast. */
const CLOSED_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Azure's host agent, which hands out a machine's settings.
  ['168.63.129.16', 32],
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

const CLOSED_IPV6: readonly (readonly [string, number])[] = [
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

function closedAddresses(): BlockList {
  const list = new BlockList();
  for (const [net, bits] of CLOSED_IPV4) {
    list.addSubnet(net, bits, 'ipv4');
    // The same block as IPv6 carries it: mapped, translated (SIIT and NAT64), compatible, and 6to4.
    list.addSubnet(`::ffff:${net}`, 96 + bits, 'ipv6');
    list.addSubnet(`::ffff:0:${net}`, 96 + bits, 'ipv6');
    list.addSubnet(`64:ff9b::${net}`, 96 + bits, 'ipv6');
    list.addSubnet(`::${net}`, 96 + bits, 'ipv6');
    list.addSubnet(sixToFour(net), 16 + bits, 'ipv6');
  }
  for (const [net, bits] of CLOSED_IPV6) list.addSubnet(net, bits, 'ipv6');
  return list;
}

function sixToFour(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`;
}

/** Networks of a host are /64; a much shorter prefix says that everything is one network, as some tunnels do. */
const SHORTEST_OWN_IPV6 = 48;

/** The host's addresses, and for IPv6 the networks they are in: neighbours have public addresses there. */
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
 * The policy that the settings ask for. Entries of `allow` that are no address and no block are host names.
 * `interfaces` is asked at each new connection to a public address, because a host's addresses change.
 */
export function egressPolicy(
  options: EgressOptions,
  interfaces: typeof networkInterfaces = networkInterfaces,
): EgressPolicy {
  if (options.open) return { open: true, allows: () => true };
  const closed = closedAddresses();
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
      return !closed.check(bare, kind) && !ownAddresses(interfaces).check(bare, kind);
    },
  };
}

function hostKey(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
