/**
 * Who may change what, as the audit knows it: which nodes live by the clock of the store, and which of them owns each running
 * execution. It follows the calls of the store one by one, and decides nothing by what the store says about leases.
 */
import type { ExecutionChange, ExecutionId } from '../../../src/store/executions.ts';
import type { NodeInfo, NodeNumber } from '../../../src/store/nodes.ts';

export interface LiveNode extends NodeInfo {
  beatMs: number;
}

/** An execution that has no owner. */
interface Left {
  readonly sinceMs: number;
  /** The node that had it; null for an execution that was given up. */
  readonly by: LiveNode | null;
}

export class Ownership {
  readonly nodes = new Map<NodeNumber, LiveNode>();
  /** Running executions without an owner. */
  readonly left = new Map<ExecutionId, Left>();
  readonly #owners = new Map<ExecutionId, NodeNumber>();
  readonly #running = new Set<ExecutionId>();
  /** By id, the identity of the start that has it. */
  readonly #identities = new Map<ExecutionId, string>();
  /** By flow and name. */
  readonly #names = new Map<string, ExecutionId>();
  readonly #fault: (message: string) => void;

  constructor(fault: (message: string) => void) {
    this.#fault = fault;
  }

  ownerOf(id: ExecutionId): NodeNumber | null {
    return this.#owners.get(id) ?? null;
  }

  isRunning(id: ExecutionId): boolean {
    return this.#running.has(id);
  }

  ownedBy(node: NodeNumber): readonly ExecutionId[] {
    return [...this.#owners].filter(([, owner]) => owner === node).map(([id]) => id);
  }

  joined(node: NodeNumber, info: NodeInfo, nowMs: number): void {
    this.nodes.set(node, { ...info, beatMs: nowMs });
  }

  beat(node: NodeNumber, nowMs: number): void {
    const live = this.nodes.get(node);
    if (live !== undefined) live.beatMs = nowMs;
  }

  /** Nodes whose lease has ended are gone. */
  lapse(nowMs: number): void {
    for (const [node, { beatMs, leaseMs }] of this.nodes) if (nowMs - beatMs > leaseMs) this.gone(node, nowMs);
  }

  gone(node: NodeNumber, nowMs: number): void {
    const by = this.nodes.get(node) ?? null;
    this.nodes.delete(node);
    for (const id of this.ownedBy(node)) this.#giveUp(id, nowMs, by);
  }

  /** A node has an execution from now on. */
  claimed(node: NodeNumber, id: ExecutionId, how: string): void {
    const owner = this.ownerOf(id);
    if (owner !== null && owner !== node) this.#fault(`${how} gives #${id} to node ${node}, and node ${owner} owns it`);
    if (!this.#running.has(id)) return this.#fault(`${how} gives #${id} to node ${node}, and it does not run`);
    this.#own(id, node);
  }

  /** A change of this node is stored. */
  stored(node: NodeNumber, change: ExecutionChange, nowMs: number): void {
    const { id, start, reopen, end, release } = change;
    if (start !== undefined) this.#started(node, id, start.record);
    if (reopen === true && !this.#running.has(id)) this.#begins(node, id);
    if (!this.#running.has(id)) return;
    const owner = this.ownerOf(id);
    if (owner !== node && !isForOthers(change)) {
      this.#fault(
        `a change of #${id} by node ${node} is stored, and ${owner === null ? 'no node' : `node ${owner}`} owns it`,
      );
    }
    if (end !== undefined) {
      this.#running.delete(id);
      this.#owners.delete(id);
      this.left.delete(id);
    } else if (release === true) this.#giveUp(id, nowMs, null);
  }

  /** A change of this node is refused, because it does not own the execution. */
  refused(node: NodeNumber, { id, reopen, start }: ExecutionChange): void {
    if (reopen === true || start !== undefined || !this.#running.has(id)) return;
    if (this.ownerOf(id) === node) this.#fault(`a change of #${id} by node ${node}, which owns it, is refused`);
  }

  #started(node: NodeNumber, id: ExecutionId, record: NonNullable<ExecutionChange['start']>['record']): void {
    const { identity, flowId, name } = record;
    const known = this.#identities.get(id);
    if (known === identity) return;
    if (known !== undefined) return this.#fault(`two starts have the id ${id}`);
    this.#identities.set(id, identity);
    const key = `${flowId}/${name}`;
    const other = this.#names.get(key);
    if (other !== undefined) this.#fault(`#${id} and #${other} have the name ${name}`);
    this.#names.set(key, id);
    this.#begins(node, id);
  }

  #begins(node: NodeNumber, id: ExecutionId): void {
    this.#running.add(id);
    this.#own(id, node);
  }

  #own(id: ExecutionId, node: NodeNumber): void {
    this.#owners.set(id, node);
    this.left.delete(id);
  }

  #giveUp(id: ExecutionId, nowMs: number, by: LiveNode | null): void {
    this.#owners.delete(id);
    this.left.set(id, { sinceMs: nowMs, by });
  }
}

/** True for a change that a node may make to an execution of another one. */
function isForOthers(change: ExecutionChange): boolean {
  return Object.keys(change).every((member) => ['id', 'callbackTo', 'callbackDone'].includes(member));
}
