/** This process as a node. Its number changes when it has to join again. */
import type { NodeNumber } from '../store/nodes.ts';

export interface OwnNode {
  readonly node: NodeNumber;
}
