/** The faults of object stores reach a flow as a reason and a sentence. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ObjectFault } from '../../src/objects/ports.ts';
import type { Objects } from '../../src/objects/ports.ts';

it('a fault of a source is a rejection with a reason', async () => {
  const fault = new ObjectFault('Missing', 'there is no object a in bucket b');
  const objects: Pick<Objects, 'close'> = { close: () => Promise.reject(fault) };
  await assert.rejects(objects.close(), { name: 'ObjectFault', reason: 'Missing', message: /bucket b/ });
});
