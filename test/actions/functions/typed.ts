/** A function as a flow's author writes one, in TypeScript. */
/* oxlint-disable no-throw-literal, typescript/only-throw-error -- functions do throw such things */
interface Event {
  readonly op: string;
}

class OutOfStock extends Error {}

class Renamed extends Error {
  override readonly name = 'RenamedError';
}

export async function handler(
  event: Buffer,
  context: { readonly requestId: string; readonly signal: AbortSignal },
): Promise<unknown> {
  if (event.length === 0) return undefined;
  const { op } = JSON.parse(event.toString()) as Event;
  if (op === 'echo') return { event: JSON.parse(event.toString()) as unknown, context };
  if (op === 'text') return 'plain text';
  if (op === 'bytes') return new Uint8Array([0xff, 0]);
  if (op === 'null') return null;
  if (op === 'large') return 'x'.repeat(2_000_000);
  if (op === 'throw') throw new OutOfStock('no more of them');
  if (op === 'renamed') throw new Renamed('other');
  if (op === 'nameless') throw 'a text';
  if (op === 'undefined') throw undefined;
  if (op === 'unshown') throw { big: 1n };
  if (op === 'hostile') throw Object.defineProperty(new Error(), 'message', { get: () => JSON.parse('') as unknown });
  if (op === 'never') return new Promise(() => undefined);
  const loop: { self?: unknown } = {};
  loop.self = loop;
  return loop;
}
