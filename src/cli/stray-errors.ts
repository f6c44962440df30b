/** Errors that no part of a server has caught. */
import { AssertionFailure } from '../base/assert.ts';
import type { Observer } from '../base/observer.ts';
import type { Host } from './host.ts';
import { EXIT } from './host.ts';

/**
 * An error that no part of the server has caught is logged, and the server continues. Each part catches what its callbacks throw,
 * so such an error comes from a module of the user, or from an event of a connection, and concerns that connection alone. An
 * assertion is different: a part of the server itself was in a state that must not be. The server then stops in order, and its
 * next start continues from the store. Resolves with the exit code of that stop.
 */
export function watchStrayErrors(host: Host, { defect }: Observer): Promise<number> {
  return new Promise((resolve) => {
    host.onStrayError((error) => {
      const isOurs = error instanceof AssertionFailure;
      const where = isOurs ? 'the server, which stops' : 'work that no part of the server waits for';
      defect?.({ error, where });
      if (isOurs) resolve(EXIT.failed);
    });
  });
}
