/**
 * Ports whose implementation is in another process. A definition lists the methods of a port; one process serves an implementation of
 * them, and the other gets an object with the same methods, which are calls.
 */
import type { Link, Served } from './link.ts';

/** A port whose members are all methods that answer later. */
type Methods<Port> = { readonly [M in keyof Port]: (...args: never[]) => Promise<unknown> };

/** The methods of a port, so that the compiler finds one that is missing here. Arguments and results are plain data. */
export interface PortDefinition<Port> {
  readonly name: string;
  readonly methods: { readonly [M in keyof Port]: true };
}

/** Lets the other end of the link call an implementation of the port. */
export function servePort<Port extends Methods<Port>>(
  link: Link,
  { name, methods }: PortDefinition<Port>,
  implementation: Port,
): void {
  for (const method of namesOf(methods)) {
    const served: Served = (...args) => implementation[method](...args);
    link.serve(`${name}.${method}`, served);
  }
}

/** The port, as the other end of the link serves it. */
export function remotePort<Port extends Methods<Port>>(link: Link, { name, methods }: PortDefinition<Port>): Port {
  const calls = namesOf(methods).map((method) => {
    const call = (...args: unknown[]): Promise<unknown> => link.call(`${name}.${method}`, args);
    return [method, call] as const;
  });
  return Object.fromEntries(calls) as unknown as Port;
}

function namesOf<Port>(methods: PortDefinition<Port>['methods']): (keyof Port & string)[] {
  return Object.keys(methods) as (keyof Port & string)[];
}
