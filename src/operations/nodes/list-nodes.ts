/** ListNodes, an extension that the cloud does not have (docs/extensions.md): the nodes that run executions of this store. */
import { formatTime } from '../../base/clock.ts';
import type { NodeRecord } from '../../store/nodes.ts';
import { defineOperation } from '../operation.ts';

export const listNodes = defineOperation('ListNodes', async ({ nodes }) => ({
  Nodes: (await nodes.list()).map(nodeReply),
}));

function nodeReply(node: NodeRecord, rank: number) {
  return {
    Node: node.node,
    Rank: rank,
    Name: node.name,
    Version: node.version,
    JoinedTime: formatTime(node.joinedMs),
    SinceBeat: Math.round(node.sinceBeatMs),
    Lease: node.leaseMs,
    Lag: Math.round(node.lagMs),
    Executions: node.executions,
    OwnedExecutions: node.owned,
  };
}
