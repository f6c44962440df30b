/** Recognises files of other tools, which people pass by mistake, and says what to do with them. */
import type { MapNode, Node } from './text/document.ts';
import { textOf } from './text/document.ts';

/** A sentence about the file, without a full stop; null for a mapping that is no known file of another tool. */
export function foreignFile(root: MapNode): string | null {
  return KINDS.find(({ fits }) => fits(root))?.says ?? null;
}

const HAS_FLOWS = 'the flow is a part of it, or a file that it names; pass that one';

const KINDS: readonly { readonly fits: (root: MapNode) => boolean; readonly says: string }[] = [
  {
    fits: isAmazonStates,
    says: 'this is a definition in the Amazon States Language; "millrace convert FILE" rewrites it as a state machine',
  },
  {
    fits: (root) => has(root, 'ROSTemplateFormatVersion'),
    says: `this is a template of Resource Orchestration Service; ${HAS_FLOWS}`,
  },
  {
    fits: (root) => has(root, 'AWSTemplateFormatVersion') || textAt(root, 'Transform')?.startsWith('AWS::') === true,
    says: `this is a template of CloudFormation or SAM; ${HAS_FLOWS}. If that is in the Amazon States Language, "millrace convert FILE" rewrites it`,
  },
  {
    fits: (root) => has(root, 'service') && has(root, 'provider'),
    says: `this is a file of the Serverless Framework; ${HAS_FLOWS}. If that is in the Amazon States Language, "millrace convert FILE" rewrites it`,
  },
  {
    fits: (root) => has(root, 'edition') && (has(root, 'services') || has(root, 'resources')),
    says: `this is a file of Serverless Devs; ${HAS_FLOWS}`,
  },
  {
    fits: (root) => has(root, 'document') && has(root, 'do'),
    says: 'this is a definition of the Serverless Workflow specification, which Millrace cannot read or convert',
  },
];

/** `StartAt` with a mapping of states, which in the language of this server is a list; or a query language of Amazon's. */
function isAmazonStates(root: MapNode): boolean {
  if (has(root, 'QueryLanguage')) return true;
  return has(root, 'StartAt') && root.entries.get('States')?.value.kind === 'map';
}

function has({ entries }: MapNode, key: string): boolean {
  return entries.has(key);
}

function textAt({ entries }: MapNode, key: string): string | null {
  const value: Node | undefined = entries.get(key)?.value;
  return value === undefined ? null : textOf(value);
}
