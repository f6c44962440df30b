/** Entry of the compile thread: reads one definition after the other, so that a large one does not block the main thread. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { draftDefinition, drawDefinition } from '../language/compile.ts';
import { piecesOf } from '../language/pieces.ts';
import type { CompileAnswer, CompileRequest, ThreadAnswer, ThreadRequest } from './compile-messages.ts';

assert(parentPort !== null, 'this file is the entry of a worker thread');
const port = parentPort;

port.on('message', (request: ThreadRequest) => {
  void answer(request);
});

/** A throw is a defect. It ends the thread, and the main thread reports it with its reason. */
async function answer(request: ThreadRequest): Promise<void> {
  port.postMessage((await answerOf(request)) satisfies ThreadAnswer);
}

async function answerOf(request: ThreadRequest): Promise<ThreadAnswer> {
  if (!('conversion' in request)) return compiled(request);
  // Most servers never convert a definition.
  const { convertDefinition } = await import('../conversion/convert.ts');
  return convertDefinition(request.text, request.conversion);
}

function compiled({ text, options, wants }: CompileRequest): CompileAnswer {
  if (wants === 'graph') return { ...drawDefinition(text, options), pieces: [] };
  const { draft, diagnostics } = draftDefinition(text, options);
  const pieces = draft !== null && wants === 'plan' ? piecesOf(draft) : [];
  return { diagnostics, isSound: draft !== null, pieces, graph: '' };
}
