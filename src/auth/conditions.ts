/**
 * The condition operators of RAM policies (rules.md 3.9), compiled to functions when a policy is loaded. The values of a
 * key are alternatives: a negated operator is true if the key matches none of them.
 *
 * A policy can use only keys that requests to Millrace have, and only with operators that can read them. A condition that
 * is always true or always false would allow or deny calls without notice, so it is a fault.
 */
import ipaddr from 'ipaddr.js';
import type { Condition, PolicyRequest } from './policy.ts';
import { matchesWildcard } from './wildcard.ts';

/** A condition, or a sentence about its fault. */
export type CompiledCondition = { readonly holds: Condition } | { readonly fault: string };

/** How the operators of one family read values of a policy, and keys of a request. */
interface Family<Value> {
  readonly expects: string;
  parse(text: string): Value | null;
  readonly keys: Readonly<Record<string, (request: PolicyRequest) => Value | null>>;
}

type CompileOperator = (key: string, values: readonly string[]) => CompiledCondition;

const TEXT: Family<string> = {
  expects: 'text',
  parse: (text) => text,
  keys: {
    'acs:CurrentTime': (request) => new Date(request.nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    'acs:SecureTransport': (request) => String(request.secureTransport),
    'acs:SourceIp': (request) => readAddress(request.sourceIp)?.toString() ?? request.sourceIp,
    'acs:MFAPresent': () => 'false',
  },
};

const NUMBER: Family<number> = {
  expects: 'a number (for acs:CurrentTime: seconds since 1970)',
  parse: (text) => (/^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null),
  keys: { 'acs:CurrentTime': (request) => Math.floor(request.nowMs / 1000) },
};

const DATE: Family<number> = {
  expects: 'a date such as 2026-01-02T03:04:05Z or 2026-01-02T11:04:05+08:00',
  parse(text) {
    if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)) return null;
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? null : ms;
  },
  keys: { 'acs:CurrentTime': (request) => request.nowMs },
};

const BOOLEAN: Family<boolean> = {
  expects: 'true or false',
  parse: (text) => (/^true$/i.test(text) ? true : /^false$/i.test(text) ? false : null),
  keys: {
    'acs:SecureTransport': (request) => request.secureTransport,
    // An access key signs the calls to Millrace, without a second factor.
    'acs:MFAPresent': () => false,
  },
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

const ADDRESS: Family<Range> = {
  expects: 'an address or a CIDR block such as 10.0.0.0/8 or fd00::/8',
  parse: readRange,
  keys: {
    'acs:SourceIp': (request) => {
      const address = readAddress(request.sourceIp);
      return address === null ? null : [address, 0];
    },
  },
};

const OPERATORS: ReadonlyMap<string, CompileOperator> = new Map([
  ['StringEquals', operator(TEXT, (actual, wanted) => actual === wanted)],
  ['StringNotEquals', operator(TEXT, (actual, wanted) => actual === wanted, 'negated')],
  ['StringEqualsIgnoreCase', operator(TEXT, sameIgnoringCase)],
  ['StringNotEqualsIgnoreCase', operator(TEXT, sameIgnoringCase, 'negated')],
  ['StringLike', operator(TEXT, (actual, wanted) => matchesWildcard(wanted, actual))],
  ['StringNotLike', operator(TEXT, (actual, wanted) => matchesWildcard(wanted, actual), 'negated')],
  ...comparisons('Numeric', NUMBER),
  ...comparisons('Date', DATE),
  ['Bool', operator(BOOLEAN, (actual, wanted) => actual === wanted)],
  ['IpAddress', operator(ADDRESS, isInside)],
  ['NotIpAddress', operator(ADDRESS, isInside, 'negated')],
]);

/** Compiles `{operator: {key: values}}`. The case of a key is ignored. */
export function compileCondition(name: string, key: string, values: readonly string[]): CompiledCondition {
  const compile = OPERATORS.get(name);
  if (compile === undefined) {
    return { fault: `the operator "${name}" is not supported; use one of ${[...OPERATORS.keys()].join(', ')}` };
  }
  return compile(key, values);
}

function operator<Value>(
  family: Family<Value>,
  meets: (actual: Value, wanted: Value) => boolean,
  sense: 'plain' | 'negated' = 'plain',
): CompileOperator {
  const readers = new Map(Object.entries(family.keys).map(([key, read]) => [key.toLowerCase(), read]));
  const negated = sense === 'negated';
  return (key, values) => {
    const read = readers.get(key.toLowerCase());
    if (read === undefined) {
      return {
        fault: `this operator does not support the key "${key}"; use one of ${Object.keys(family.keys).join(', ')}`,
      };
    }
    const wanted: Value[] = [];
    for (const text of values) {
      const value = family.parse(text);
      if (value === null) return { fault: `"${text}" is not ${family.expects}` };
      wanted.push(value);
    }
    return {
      holds(request) {
        const actual = read(request);
        return (actual !== null && wanted.some((value) => meets(actual, value))) !== negated;
      },
    };
  };
}

function comparisons(prefix: string, family: Family<number>): [string, CompileOperator][] {
  return [
    [`${prefix}Equals`, operator(family, (actual, wanted) => actual === wanted)],
    [`${prefix}NotEquals`, operator(family, (actual, wanted) => actual === wanted, 'negated')],
    [`${prefix}LessThan`, operator(family, (actual, wanted) => actual < wanted)],
    [`${prefix}LessThanEquals`, operator(family, (actual, wanted) => actual <= wanted)],
    [`${prefix}GreaterThan`, operator(family, (actual, wanted) => actual > wanted)],
    [`${prefix}GreaterThanEquals`, operator(family, (actual, wanted) => actual >= wanted)],
  ];
}

function sameIgnoringCase(actual: string, wanted: string): boolean {
  return actual.toLowerCase() === wanted.toLowerCase();
}

function isInside([address]: Range, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** An IPv4 address inside IPv6 becomes IPv4: a socket that listens on `::` shows its IPv4 peers that way. */
function readAddress(text: string): Address | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

function readRange(text: string): Range | null {
  const [host = '', bits, ...rest] = text.split('/');
  const plain = host.includes(':') ? ipaddr.IPv6.isValid(host) : ipaddr.IPv4.isValidFourPartDecimal(host);
  if (!plain || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
  const written = ipaddr.parse(host);
  const address = ipaddr.process(host);
  const size = address.kind() === 'ipv4' ? 32 : 128;
  const unwrapped = written.kind() === address.kind() ? 0 : 96;
  const length = bits === undefined ? size : Number(bits) - unwrapped;
  return length < 0 || length > size ? null : [address, length];
}
