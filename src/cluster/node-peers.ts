/**
 * Questions between the nodes of a shared store. The store carries the messages. A hint says that there is one; each poll of the node
 * looks too, because hints may be lost.
 */
import type { Ports } from '../base/ports.ts';
import { inBackground, isolated } from '../base/isolated.ts';
import type { NodeNumber, NodeStore } from '../store/nodes.ts';
import type { NodeMembership } from './membership.ts';
import { Questions } from './questions.ts';
import type { PeerTransport } from './questions.ts';

export interface NodePeersOptions {
  readonly nodes: Pick<NodeStore, 'send' | 'receive' | 'hint' | 'live'>;
  readonly own: Pick<NodeMembership, 'node' | 'listen'>;
  readonly ports: Ports;
}

export class NodePeers {
  readonly #options: NodePeersOptions;
  /** Asks the other nodes, and answers them. */
  readonly questions: Questions;
  #isLooking = false;
  /** Another look has to follow: a hint came during this one, which may have missed its message. */
  #isMore = false;
  #isClosed = false;

  constructor(options: NodePeersOptions) {
    this.#options = options;
    this.questions = new Questions(new StoreTransport(options), options.ports);
    options.own.listen({
      poll: async () => this.#look(),
      hinted: (topic) => {
        if (topic === 'messages') this.#look();
      },
    });
  }

  close(): void {
    this.#isClosed = true;
    this.questions.close();
  }

  /** In the background: the answer to a question may take long, and the other work of a poll does not wait for it. */
  #look(): void {
    this.#isMore = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    inBackground(this.#options.ports.observer, 'the messages of other nodes', async () => {
      try {
        while (this.#isMore && !this.#isClosed) {
          this.#isMore = false;
          await this.#receive();
        }
      } finally {
        this.#isLooking = false;
      }
    });
  }

  async #receive(): Promise<void> {
    const { nodes, own, ports } = this.#options;
    // The beats of the node report a store that fails, and the next look tries again.
    const messages = await nodes.receive(own.node).catch(() => []);
    for (const { from, text } of messages) {
      isolated(ports.observer, 'a message of another node', () => this.questions.received(from, text));
    }
  }
}

/** Messages through the store. A message that the store does not take is lost, as one that its reader does not get. */
class StoreTransport implements PeerTransport {
  readonly #options: NodePeersOptions;

  constructor(options: NodePeersOptions) {
    this.#options = options;
  }

  async others(): Promise<readonly NodeNumber[]> {
    const { nodes, own, ports } = this.#options;
    const live = await nodes.live(ports.clock.nowMs()).catch(() => []);
    return live.filter((node) => node !== own.node);
  }

  async send(to: NodeNumber, text: string): Promise<void> {
    const { nodes, own } = this.#options;
    const isSent = await nodes.send({ from: own.node, to, text }).then(
      () => true,
      () => false,
    );
    if (isSent) nodes.hint({ to, topic: 'messages' });
  }
}
