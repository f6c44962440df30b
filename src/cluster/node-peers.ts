/**
 * Questions between the nodes of a shared store. The store carries the messages. A hint says that there is one; a node also looks at an
 * interval, because hints may be lost.
 */
import type { Ports } from '../base/ports.ts';
import { inBackground, isolated } from '../base/isolated.ts';
import type { NodeNumber, NodeStore } from '../store/nodes.ts';
import type { OwnNode } from './own-node.ts';
import { Questions } from './questions.ts';
import type { PeerTransport } from './questions.ts';

export interface NodePeersOptions {
  readonly nodes: Pick<NodeStore, 'send' | 'receive' | 'hint' | 'list'>;
  readonly own: OwnNode;
  /** Between two looks for messages. */
  readonly pollMs: number;
  readonly ports: Ports;
}

export class NodePeers {
  readonly #options: NodePeersOptions;
  /** What the node asks, and answers. */
  readonly questions: Questions;
  #isLooking = false;
  /** Another look has to follow: a hint came during this one, which may have missed its message. */
  #isMore = false;
  #cancel: () => void;

  /** Looks for messages from now on. */
  constructor(options: NodePeersOptions) {
    this.#options = options;
    this.questions = new Questions(new StoreTransport(options), options.ports);
    this.#cancel = this.#later();
  }

  /** Looks for messages now: there was a hint. */
  look(): void {
    this.#isMore = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    inBackground(this.#options.ports.observer, 'the messages of other nodes', async () => {
      try {
        for (; this.#isMore; ) {
          this.#isMore = false;
          await this.#receive();
        }
      } finally {
        this.#isLooking = false;
      }
    });
  }

  close(): void {
    this.#cancel();
    this.questions.close();
  }

  #later(): () => void {
    return this.#options.ports.scheduler.after(this.#options.pollMs, () => {
      this.#cancel = this.#later();
      this.look();
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
    const live = await nodes.list(ports.clock.nowMs()).catch(() => []);
    return live.map(({ node }) => node).filter((node) => node !== own.node);
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
