/** Notes about `${Placeholders}` in data, which the deployment of the original replaces and the converted flow has unchanged. */
import type { MapNode, Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import { PLACEHOLDER } from './function-names.ts';

/** Fields whose placeholders name functions and flows, or belong to inner states. Each of them has its own notes. */
const OTHERS = new Set([
  'Resource',
  'FunctionName',
  'StateMachineArn',
  'Comment',
  'Branches',
  'ItemProcessor',
  'Iterator',
]);

/** Adds a note for the first place of each placeholder in the data of a state. */
export function notePlaceholders(outcome: Outcome, state: MapNode): void {
  for (const { key, value } of state.entries.values()) if (!OTHERS.has(key)) visit(outcome, value);
}

function visit(outcome: Outcome, node: Node): void {
  if (node.kind === 'map') return notePlaceholders(outcome, node);
  if (node.kind === 'list') {
    for (const item of node.items) visit(outcome, item);
    return;
  }
  if (typeof node.value !== 'string') return;
  for (const [text] of node.value.matchAll(PLACEHOLDER)) {
    // Double braces are common in messages and templates of mails.
    if (text.startsWith('{{')) continue;
    outcome.noteOnce(node, `write the value of ${text} here, which the deployment of the original replaces`);
  }
}
