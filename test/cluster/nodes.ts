/** Nodes of a shared store in memory that ask each other questions, on virtual time. */
import { createObserver } from '../../src/base/observer.ts';
import { NodePeers } from '../../src/cluster/node-peers.ts';
import type { OwnNode } from '../../src/cluster/own-node.ts';
import type { Questions } from '../../src/cluster/questions.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { NodeMessage, NodeStore } from '../../src/store/nodes.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

export const POLL_MS = 500;

export interface TestNode {
  readonly own: OwnNode;
  readonly peers: Questions;
  /** Joins again under a new number. */
  rejoin(): Promise<void>;
}

export class TestNodes {
  readonly time = new VirtualTime();
  readonly store: NodeStore = createMemoryStores({ isShared: true }).nodes;
  /** False: every hint is lost. */
  hints = true;
  /** True for a message that is lost. */
  loses: (message: NodeMessage) => boolean = () => false;
  /** Defects of all nodes. */
  readonly defects: unknown[] = [];
  readonly #t: CleanUp;
  #seed = 0;

  constructor(t: CleanUp) {
    this.#t = t;
    atEnd(t, async () => this.time.stop());
  }

  async join(): Promise<TestNode> {
    const { time, store } = this;
    const own = { node: 0 };
    const nodes: NodeStore = {
      ...store,
      send: async (message) => (this.loses(message) ? undefined : store.send(message)),
      hint: (hint) => (this.hints ? store.hint(hint) : undefined),
    };
    const observer = createObserver({ defect: ({ error }) => void this.defects.push(error) });
    const ids = seededIds(++this.#seed);
    const ports = { clock: time, scheduler: time, ids, observer };
    const peers = new NodePeers({ nodes, own, pollMs: POLL_MS, ports });
    const rejoin = async (): Promise<void> => {
      const joined = await store.join({ name: 'n', version: '1', leaseMs: 1e9 }, time.nowMs());
      own.node = joined.node;
      store.onHint(own.node, (topic) => (topic === 'messages' ? peers.look() : undefined));
    };
    await rejoin();
    atEnd(this.#t, async () => peers.close());
    return { own, peers: peers.questions, rejoin };
  }
}
