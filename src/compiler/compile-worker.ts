/** Entry of the compile thread: checks one definition after the other, so that reading a large one does not block the main thread. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { draftDefinition } from '../language/compile.ts';
import { piecesOf } from '../language/pieces.ts';
import type { CompileAnswer, CompileRequest } from './compile-messages.ts';

assert(parentPort !== null, 'this file is the entry of a worker thread');
const port = parentPort;

port.on('message', ({ text, options, wantsPlan }: CompileRequest) => {
  const { draft, diagnostics } = draftDefinition(text, options);
  const pieces = draft !== null && wantsPlan ? piecesOf(draft) : [];
  port.postMessage({ diagnostics, isSound: draft !== null, pieces } satisfies CompileAnswer);
});
