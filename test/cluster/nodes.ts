/** Nodes of a shared store in memory that ask each other questions, on virtual time. */
import { createObserver } from '../../src/base/observer.ts';
import { NodeMembership } from '../../src/cluster/membership.ts';
import { NodePeers } from '../../src/cluster/node-peers.ts';
import type { Questions } from '../../src/cluster/questions.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { NodeMessage, NodeStore } from '../../src/store/nodes.ts';
import type { Stores } from '../../src/store/stores.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

export const POLL_MS = 500;
const LEASE_MS = 10_000;

export interface TestNode {
  readonly own: NodeMembership;
  readonly peers: Questions;
}

export class TestNodes {
  readonly time = new VirtualTime();
  readonly stores: Stores = createMemoryStores({ isShared: true });
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
    const { time, stores } = this;
    const nodes: NodeStore = {
      ...stores.nodes,
      send: async (message) => (this.loses(message) ? undefined : stores.nodes.send(message)),
      hint: (hint) => (this.hints ? stores.nodes.hint(hint) : undefined),
    };
    const observer = createObserver({ defect: ({ error }) => void this.defects.push(error) });
    const ports = { clock: time, scheduler: time, ids: seededIds(++this.#seed), observer };
    const info = { name: `n${this.#seed}`, version: '1', leaseMs: LEASE_MS };
    const own = await NodeMembership.join({ nodes, flows: stores.flows, ports, info, pollMs: POLL_MS });
    const peers = new NodePeers({ nodes, own, ports });
    own.begin();
    atEnd(this.#t, async () => {
      peers.close();
      await own.leave();
    });
    return { own, peers: peers.questions };
  }
}
