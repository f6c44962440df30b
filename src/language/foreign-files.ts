/** Recognises files of other tools, which people pass by mistake, and says what to do with them. */
import type { MapNode } from './text/document.ts';
import { textOf } from './text/document.ts';

/** A sentence about the file, without a full stop; null for a mapping that is no known file of another tool. */
export function foreignFile(root: MapNode): string | null {
  return KINDS.find(({ fits }) => fits(root))?.says ?? null;
}

const HAS_FLOWS = 'the flow is a part of it, or a file that it names; pass that one';

const SERVERLESS_WORKFLOW =
  'this is a definition of the Serverless Workflow specification, which Millrace cannot read or convert';

const KINDS: readonly { readonly fits: (root: MapNode) => boolean; readonly says: string }[] = [
  {
    fits: isAmazonStates,
    says: 'this is a definition in the Amazon States Language; "millrace convert FILE" rewrites it as a state machine',
  },
  {
    fits: (root) => has(root, 'ROSTemplateFormatVersion') || hasResource(root, 'ALIYUN::'),
    says: `this is a template of Resource Orchestration Service; ${HAS_FLOWS}`,
  },
  {
    fits: (root) => has(root, 'AWSTemplateFormatVersion') || has(root, 'Transform') || hasResource(root, 'AWS::'),
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
    fits: (root) => (has(root, 'document') && has(root, 'do')) || (has(root, 'specVersion') && has(root, 'states')),
    says: SERVERLESS_WORKFLOW,
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

/** True for a template one of whose resources has a type that begins so. Not every template has its version. */
function hasResource({ entries }: MapNode, prefix: string): boolean {
  const resources = entries.get('Resources')?.value;
  if (resources?.kind !== 'map') return false;
  return [...resources.entries.values()].some(({ value }) => {
    const type = value.kind === 'map' ? value.entries.get('Type')?.value : undefined;
    return type !== undefined && textOf(type)?.startsWith(prefix) === true;
  });
}
