/**
 * Kinds of settings: schemas that convert a value of the environment or the file and check it. The message of an issue
 * follows the setting's name: `is "64", not a size such as 64KiB`. The message about a secret does not show it.
 */
import { isIP, isIPv6 } from 'node:net';
import * as v from 'valibot';
import { nearest } from '../base/suggest.ts';
import { beginning } from '../base/text.ts';
import { parseDuration, parseSize } from './units.ts';
import { Secret } from './settings.ts';

export type Kind<T> = v.GenericSchema<unknown, T>;

/** `convert` returns undefined for a value that is not `expected` ("a size such as 64KiB"). */
function kind<T>(expected: string, convert: (raw: unknown) => T | undefined): Kind<T> {
  return converted(convert, (raw) => `is ${excerpt(raw)}, not ${expected}`);
}

/** `convert` returns undefined for a wrong value, and `messageFor` the message about it. */
function converted<T>(convert: (raw: unknown) => T | undefined, messageFor: (raw: unknown) => string): Kind<T> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const value = convert(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: messageFor(dataset.value) });
      return NEVER;
    }),
  );
}

function excerpt(raw: unknown): string {
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'object' && raw !== null) return 'a mapping';
  return beginning(JSON.stringify(raw) ?? String(raw), 80);
}

export const text = kind('text', (raw) => (typeof raw === 'string' && raw !== '' ? raw : undefined));

/** Text that no message shows. A number is refused, because YAML drops its leading zeros. */
export const secret = converted(
  (raw) => (typeof raw === 'string' && raw !== '' ? new Secret(raw) : undefined),
  () => 'is not text (put quotes around a secret of digits)',
);

export const flag = kind('true or false', (raw) => (typeof raw === 'boolean' ? raw : undefined));

export function word<const Words extends readonly string[]>(...words: Words): Kind<Words[number]> {
  return kind(`one of ${words.join(', ')}`, (raw) => words.find((candidate) => candidate === raw));
}

export function matching(form: RegExp, expected: string): Kind<string> {
  return kind(expected, (raw) => {
    // YAML reads 16 digits without quotes as a number. A safe integer has the same digits again as text.
    const given = typeof raw === 'number' && Number.isSafeInteger(raw) ? String(raw) : raw;
    return typeof given === 'string' && form.test(given) ? given : undefined;
  });
}

/** A whole number, or its digits as text, because the environment contains only texts. */
export function integer(min: number, max: number): Kind<number> {
  return kind(`a whole number from ${min} to ${max}`, (raw) => {
    const value = typeof raw === 'string' && /^\d{1,15}$/.test(raw) ? Number(raw) : raw;
    return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : undefined;
  });
}

/** A duration in milliseconds. */
export function duration(minMs: number, maxMs: number, range: string): Kind<number> {
  return kind(`a duration with its unit, such as 500ms, 30s or 5m, ${range}`, (raw) => {
    const ms = typeof raw === 'string' ? parseDuration(raw) : null;
    return ms !== null && ms >= minMs && ms <= maxMs ? ms : undefined;
  });
}

/** A size in bytes. */
export function size(minBytes: number, maxBytes: number, range: string): Kind<number> {
  return kind(`a size with its unit, such as 512B, 64KiB or 1MiB, ${range}`, (raw) => {
    const bytes = typeof raw === 'string' ? parseSize(raw) : null;
    return bytes !== null && bytes >= minBytes && bytes <= maxBytes ? bytes : undefined;
  });
}

/** `auto`, `none`, `off` or `forever` instead of a value; read as null. */
export function orNone<T>(nothing: 'auto' | 'none' | 'off' | 'forever', inner: Kind<T>): Kind<T | null> {
  return v.lazy((raw) =>
    raw === nothing
      ? (v.pipe(
          v.unknown(),
          v.transform(() => null),
        ) as Kind<T | null>)
      : inner,
  );
}

/**
 * A duration or a number of which zero, in any unit, has a message of its own.
 * @param why what zero would do, and what to write instead: `would delete …. Write …`
 */
export function notZero<T>(why: string, inner: Kind<T>): Kind<T> {
  const zero = converted<T>(
    () => undefined,
    (raw) => `is ${excerpt(raw)}, which ${why}`,
  );
  return v.lazy((raw) => (raw === 0 || (typeof raw === 'string' && /^0+(ms|s|m|h|d)?$/.test(raw)) ? zero : inner));
}

/** A setting that has no default; null if it is absent. */
export function optional<T>(inner: Kind<T>): Kind<T | null> {
  return v.nullable(inner);
}

/** A time, in milliseconds since 1970. */
export const moment = kind('a time such as 2026-12-31T23:59:59Z', (raw) => {
  if (typeof raw !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/.test(raw))
    return undefined;
  const ms = Date.parse(raw);
  return Number.isNaN(ms) ? undefined : ms;
});

/** `host:port`. An IPv6 address has brackets around it. */
export const address = kind('host:port, such as 127.0.0.1:7780 or [::1]:7780', (raw) => {
  const match = typeof raw === 'string' ? /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(raw) : null;
  if (match === null) return undefined;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  if (match[1] !== undefined) return isIPv6(match[1]) ? { host: match[1], port } : undefined;
  const host = match[2] as string;
  return isHost(host) ? { host, port } : undefined;
});

/** An http or https URL. */
export const url = kind('an http or https URL', (raw) => {
  if (typeof raw !== 'string' || !URL.canParse(raw)) return undefined;
  const { protocol } = new URL(raw);
  return protocol === 'http:' || protocol === 'https:' ? raw : undefined;
});

/** An http or https URL without path, query and user. */
export const origin = kind('an http or https URL without a path, such as https://127.0.0.1:9000', (raw) => {
  if (typeof raw !== 'string' || !URL.canParse(raw)) return undefined;
  const parsed = new URL(raw);
  const known = parsed.protocol === 'http:' || parsed.protocol === 'https:';
  const bare = parsed.pathname === '/' && parsed.search === '' && parsed.hash === '' && parsed.username === '';
  return known && bare ? parsed.origin : undefined;
});

/** An address or a CIDR block. */
export const addresses = kind('an IP address or a CIDR block such as 10.0.0.0/8', (raw) => {
  if (typeof raw !== 'string') return undefined;
  return raw.includes('/') ? cidr(raw) : isIP(raw) === 0 ? undefined : raw;
});

/** A host name. */
export const host = kind('a host name such as cn-hangzhou.fnf.aliyuncs.com', (raw) =>
  typeof raw === 'string' && isIP(raw) === 0 && isHost(raw) ? raw : undefined,
);

/** A host name, an address or a CIDR block. */
export const network = kind('a host name, an IP address or a CIDR block such as 10.0.0.0/8', (raw) => {
  if (typeof raw !== 'string') return undefined;
  return raw.includes('/') ? cidr(raw) : isIP(raw) !== 0 || isHost(raw) ? raw : undefined;
});

function cidr(raw: string): string | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(raw);
  const family = match === null ? 0 : isIP(match[1] as string);
  if (match === null || family === 0) return undefined;
  return Number(match[2]) <= (family === 4 ? 32 : 128) ? raw : undefined;
}

function isHost(raw: string): boolean {
  return (
    raw.length <= 253 &&
    /^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\.?$/.test(raw)
  );
}

/** A list, or text with commas between the items, because the environment contains only texts. */
export function list<T>(inner: Kind<T>): Kind<T[]> {
  return v.pipe(
    v.unknown(),
    v.transform((raw) => (typeof raw === 'string' ? raw.split(',').map((part) => part.trim()) : raw)),
    v.array(inner, 'is not a list'),
  );
}

/** A list whose items are mappings. */
export function mappings<T>(inner: Kind<T>): Kind<T[]> {
  return v.array(inner, 'is not a list');
}

/** A mapping whose keys are names that the user chooses. */
export function named<T>(inner: Kind<T>): Kind<Map<string, T>> {
  return v.pipe(
    v.unknown(),
    v.check(isMapping, 'is not a mapping'),
    // A Map, because `__proto__` is a valid name.
    v.rawTransform(({ dataset, addIssue }) => {
      const result = new Map<string, T>();
      if (!isMapping(dataset.value)) return result;
      for (const [key, value] of Object.entries(dataset.value)) {
        const checked = v.safeParse(inner, value);
        if (checked.success) result.set(key, checked.output);
        else
          for (const issue of checked.issues)
            addIssue({ message: issue.message, path: [step(dataset.value, key), ...(issue.path ?? [])] as never });
      }
      return result;
    }),
  );
}

/** A mapping with known keys. For another key, the fault names the known one that the user probably meant. */
export function mapping<const Entries extends v.ObjectEntries>(
  entries: Entries,
): Kind<v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  const schema = v.pipe(
    v.looseObject(entries, (issue) => (issue.expected === 'Object' ? 'is not a mapping' : 'is missing')),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!isMapping(dataset.value)) return;
      for (const key of Object.keys(dataset.value)) {
        if (Object.hasOwn(entries, key)) continue;
        addIssue({ message: unknownKey(key, Object.keys(entries)), path: [step(dataset.value, key)] as never });
      }
    }),
  );
  return schema as unknown as Kind<v.InferOutput<v.ObjectSchema<Entries, undefined>>>;
}

/** The message about an unknown key. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `is not a setting${meant === null ? '' : ` (did you mean "${meant}"?)`}`;
}

export function isMapping(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function step(input: Record<string, unknown>, key: string) {
  return { type: 'object', origin: 'value', input, key, value: input[key] };
}
