/** Ports whose calls go through something. */

/** Makes a call, in its own way. */
type Wrap = (name: string, call: () => Promise<unknown>) => Promise<unknown>;

/** The port with every call wrapped, apart from the members that answer at once. */
export function wrapped<T extends object>(port: T, atOnce: readonly (keyof T)[], wrap: Wrap): T {
  const members = Object.entries(port).map(([name, member]: [string, unknown]) => {
    if (typeof member !== 'function' || atOnce.includes(name as keyof T)) return [name, member];
    return [name, (...given: unknown[]): Promise<unknown> => wrap(name, () => member.apply(port, given))];
  });
  return Object.fromEntries(members) as T;
}
