/**
 * The nodes of a store that one process holds, and what they own, in memory. A store in memory has its content nowhere else, and an
 * SQLite file belongs to the process that has its lock: when that process ends, so do its nodes, and nothing has an owner.
 */
import { LeaseLost } from './nodes.ts';
import type { Beat, HintTopic, NodeInfo, NodeMessage, NodeNumber, NodeReport, NodeStore } from './nodes.ts';
import type { ChangeOfFlow, ChangesOfFlows } from './flows.ts';
import type { ExecutionId, RunningCounts } from './executions.ts';
import type { Mail, MailAnswer } from './mail.ts';

interface LiveNode {
  readonly info: NodeInfo;
  readonly joinedMs: number;
  beatMs: number;
  report: NodeReport;
}

interface HeldMail {
  readonly mail: Mail;
  answer: string | null;
}

/** Mail that is older than that many later ones is forgotten, answered or not asked for. */
const MAIL_MAX = 10_000;
/** Changes of flows that nodes can learn of one by one. */
const FLOW_CHANGES_MAX = 1_000;
/** Batches of nonces for nodes that join. */
const NONCE_BATCHES_MAX = 2_000;

export class EmbeddedNodes {
  readonly isShared: boolean;
  readonly #nodes = new Map<NodeNumber, LiveNode>();
  readonly #owners = new Map<ExecutionId, NodeNumber>();
  readonly #mail = new Map<string, HeldMail>();
  readonly #messages = new Map<NodeNumber, NodeMessage[]>();
  readonly #listeners = new Map<NodeNumber, (topic: HintTopic) => void>();
  readonly #flowChanges: ChangeOfFlow[] = [];
  readonly #nonces: { readonly from: NodeNumber; readonly prints: Uint8Array }[] = [];
  #noncesBefore = 0;
  #lastNode: NodeNumber = 0;
  #flowEpoch = 0;

  /** @param isShared true: several nodes may live at the same time */
  constructor(isShared: boolean) {
    this.isShared = isShared;
  }

  get flowEpoch(): number {
    return this.#flowEpoch;
  }

  join(info: NodeInfo, nowMs: number): NodeNumber {
    if (!this.isShared) for (const node of [...this.#nodes.keys()]) this.leave(node);
    const report = { executions: 0, flowEpoch: this.#flowEpoch, lagMs: 0 };
    this.#nodes.set(++this.#lastNode, { info, joinedMs: nowMs, beatMs: nowMs, report });
    return this.#lastNode;
  }

  beat(node: NodeNumber, report: NodeReport, nowMs: number): Omit<Beat, 'running' | 'setBackMs'> {
    this.#removeLapsed(nowMs);
    const live = this.require(node);
    live.beatMs = nowMs;
    live.report = report;
    const numbers = [...this.#nodes.keys()];
    return { size: numbers.length, rank: numbers.indexOf(node), flowEpoch: this.#flowEpoch };
  }

  leave(node: NodeNumber): void {
    this.#nodes.delete(node);
    this.#listeners.delete(node);
    this.#messages.delete(node);
    for (const [id, owner] of this.#owners) if (owner === node) this.#owners.delete(id);
  }

  /** @throws {LeaseLost} */
  require(node: NodeNumber): LiveNode {
    const live = this.#nodes.get(node);
    if (live === undefined) throw new LeaseLost('the lease of this node has ended');
    return live;
  }

  /** The node that owns an execution; null for none. */
  ownerOf(id: ExecutionId): NodeNumber | null {
    return this.#owners.get(id) ?? null;
  }

  setOwner(id: ExecutionId, owner: NodeNumber | null): void {
    if (owner === null) this.#owners.delete(id);
    else this.#owners.set(id, owner);
  }

  /** Whether mail without an answer is there for the execution. */
  get executionsWithMail(): ReadonlySet<ExecutionId> {
    const ids = new Set<ExecutionId>();
    for (const { mail, answer } of this.#mail.values()) if (answer === null) ids.add(mail.execution);
    return ids;
  }

  /** Executions that the node owns. */
  ownedBy(node: NodeNumber): readonly ExecutionId[] {
    return [...this.#owners].filter(([, owner]) => owner === node).map(([id]) => id);
  }

  post(mail: Mail): void {
    if (!this.#mail.has(mail.id)) this.#mail.set(mail.id, { mail, answer: null });
    for (const id of this.#mail.keys()) {
      if (this.#mail.size <= MAIL_MAX) break;
      this.#mail.delete(id);
    }
  }

  mailOf(node: NodeNumber): readonly Mail[] {
    const open = [...this.#mail.values()].filter(({ answer }) => answer === null);
    return open.map(({ mail }) => mail).filter(({ execution }) => this.#owners.get(execution) === node);
  }

  /** The first answer counts. Returns a function that undoes it. */
  answer(answers: readonly MailAnswer[]): () => void {
    const answered: HeldMail[] = [];
    for (const { id, answer } of answers) {
      const held = this.#mail.get(id);
      if (held === undefined || held.answer !== null) continue;
      held.answer = answer;
      answered.push(held);
    }
    return () => {
      for (const held of answered) held.answer = null;
    };
  }

  answers(ids: readonly string[]): { answers: readonly MailAnswer[]; absent: readonly string[] } {
    const answers: MailAnswer[] = [];
    for (const id of ids) {
      const answer = this.#mail.get(id)?.answer ?? null;
      if (answer !== null) answers.push({ id, answer });
    }
    return { answers, absent: ids.filter((id) => !this.#mail.has(id)) };
  }

  flowChanged(change: ChangeOfFlow): void {
    this.#flowEpoch++;
    if (!this.isShared) return;
    this.#flowChanges.push(change);
    if (this.#flowChanges.length > FLOW_CHANGES_MAX) this.#flowChanges.shift();
  }

  changesSince(epoch: number): ChangesOfFlows {
    const count = this.#flowEpoch - epoch;
    const isKnown = count <= this.#flowChanges.length;
    return {
      epoch: this.#flowEpoch,
      flows: isKnown ? this.#flowChanges.slice(this.#flowChanges.length - count) : null,
    };
  }

  /** The port of the nodes. `joined` and `running` are what the store of executions knows. */
  store(executions: {
    joined(nowMs: number): Promise<{ lastId: ExecutionId; tokenKey: Uint8Array; setBackMs: number }>;
    running(): Promise<RunningCounts>;
  }): NodeStore {
    const { running } = executions;
    return {
      isShared: this.isShared,
      join: async (info, nowMs) => {
        const joined = await executions.joined(nowMs);
        return { node: this.join(info, nowMs), ...joined, flowEpoch: this.#flowEpoch, running: await running() };
      },
      beat: async (node, report, nowMs) => ({
        ...this.beat(node, report, nowMs),
        setBackMs: null,
        running: await running(),
      }),
      leave: async (node) => this.leave(node),
      live: async (nowMs) => {
        this.#removeLapsed(nowMs);
        return [...this.#nodes.keys()];
      },
      list: async (nowMs) => {
        this.#removeLapsed(nowMs);
        return [...this.#nodes].map(([node, { info, joinedMs, beatMs, report }]) => ({
          ...info,
          ...report,
          ...{ node, joinedMs, sinceBeatMs: nowMs - beatMs, owned: this.ownedBy(node).length },
        }));
      },
      lowestFlowEpoch: async (nowMs) => {
        this.#removeLapsed(nowMs);
        return Math.min(this.#flowEpoch, ...[...this.#nodes.values()].map(({ report }) => report.flowEpoch));
      },
      hint: ({ to, topic }) => {
        for (const [node, react] of [...this.#listeners]) if (to === null || to === node) react(topic);
      },
      onHint: (node, react) => void this.#listeners.set(node, react),
      send: async (message) => {
        const queue = this.#messages.get(message.to) ?? [];
        if (this.#nodes.has(message.to)) this.#messages.set(message.to, [...queue, message]);
      },
      receive: async (node) => {
        const messages = this.#messages.get(node) ?? [];
        this.#messages.delete(node);
        return messages;
      },
      exchangeNonces: async (node, own, position) => {
        const batches = this.#nonces
          .slice(Math.max(0, position - this.#noncesBefore))
          .filter(({ from }) => from !== node)
          .map(({ prints }) => prints);
        if (own.length > 0) this.#nonces.push({ from: node, prints: own });
        for (; this.#nonces.length > NONCE_BATCHES_MAX; this.#noncesBefore++) this.#nonces.shift();
        return { batches, position: this.#noncesBefore + this.#nonces.length };
      },
      close: async () => undefined,
    };
  }

  #removeLapsed(nowMs: number): void {
    if (!this.isShared) return;
    for (const [node, { info, beatMs }] of [...this.#nodes]) if (nowMs - beatMs > info.leaseMs) this.leave(node);
  }
}
