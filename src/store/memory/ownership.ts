/** Owners of executions in memory, and the requests of others about them. */
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../executions.ts';
import type { NodeNumber } from '../nodes.ts';
import { lowest } from './due-executions.ts';
import type { ExecutionTable } from './execution-table.ts';
import type { Later } from './later.ts';

type OwnershipMethods = Pick<
  ExecutionStore,
  | 'claim'
  | 'ownerOf'
  | 'claimUnowned'
  | 'claimDue'
  | 'requestStop'
  | 'post'
  | 'requests'
  | 'answer'
  | 'answers'
  | 'dueEnds'
>;

export function ownershipMethods(table: ExecutionTable, nodes: EmbeddedNodes, later: Later): OwnershipMethods {
  const runningRecords = (): ExecutionRecord[] => Array.from(table.running, (id) => table.recordOf(id));
  const isFor = (node: NodeNumber, id: ExecutionId): boolean => [null, node].includes(nodes.ownerOf(id));
  const own = (node: NodeNumber, ids: readonly ExecutionId[]): readonly ExecutionId[] => {
    for (const id of ids) nodes.setOwner(id, node);
    return ids;
  };

  return {
    claim: (node, id) =>
      later.answer(() => {
        nodes.require(node);
        const record = table.executions.get(id)?.record;
        if (record === undefined) return null;
        if (record.status === 'Running' && nodes.ownerOf(id) === null) nodes.setOwner(id, node);
        return { record, owner: nodes.ownerOf(id) };
      }),
    ownerOf: (id) => later.answer(() => nodes.ownerOf(id)),
    claimUnowned: (node, afterId, limit) =>
      later.answer(() => {
        nodes.require(node);
        const withMail = nodes.executionsWithMail;
        const needy = runningRecords().filter(
          ({ id, wakeMs, stop }) =>
            nodes.ownerOf(id) === null && (wakeMs === null || stop !== null || withMail.has(id)),
        );
        const ids = needy.map(({ id }) => id);
        return own(node, lowest(ids, afterId, limit));
      }),
    claimDue: (node, nowMs, limit) =>
      later.answer(() => {
        nodes.require(node);
        const due = runningRecords()
          .filter(({ id, wakeMs }) => wakeMs !== null && wakeMs <= nowMs && isFor(node, id))
          .sort((a, b) => (a.wakeMs as number) - (b.wakeMs as number) || a.id - b.id);
        return own(
          node,
          due.slice(0, limit).map(({ id }) => id),
        );
      }),
    requestStop: (id, request) => later.answer(() => table.requestStop(id, request)),
    post: (mail) =>
      later.answer(() => {
        if (!table.running.has(mail.execution)) return false;
        nodes.post(mail);
        return true;
      }),
    requests: (node) =>
      later.answer(() => {
        const owned = nodes.ownedBy(node).filter((id) => table.running.has(id));
        const stops = owned.flatMap((id) => {
          const { stop } = table.recordOf(id);
          return stop === null ? [] : [{ id, request: stop }];
        });
        return { stops, mail: nodes.mailOf(node) };
      }),
    answer: (answers) => later.answer(() => void nodes.answer(answers)),
    answers: (ids) => later.answer(() => nodes.answers(ids)),
    dueEnds: (node, afterId, limit) =>
      later.answer(() => {
        const due = [...table.dueCallbacks].filter((id) => isFor(node, table.recordOf(id).parent?.execution ?? 0));
        return lowest(due, afterId, limit);
      }),
  };
}
