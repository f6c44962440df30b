/** `NextToken` of ListExecutions (rules.md 4.5): a position in the list of one flow, opaque to callers. Pure. */
import { invalidArgument } from '../api/error.ts';
import type { ExecutionPosition } from '../store/executions.ts';
import type { FlowRecord } from '../store/flows.ts';
import type { ExpressPosition } from './express/history/express-position.ts';

/** The token of the position at the end of a page; empty when no page follows. A Standard execution has no name in it. */
export function tokenOf(flow: FlowRecord, next: ExecutionPosition | ExpressPosition | null): string {
  if (next === null) return '';
  const name = 'name' in next ? `/${next.name}` : '';
  return Buffer.from(`${flow.id}/${next.startedMs}/${next.id}${name}`).toString('base64url');
}

/** @throws {ApiError} `InvalidArgument` for a text that is not such a token of this flow. */
export function positionOf(flow: FlowRecord, token: string): ExpressPosition {
  const text = Buffer.from(token, 'base64url').toString();
  const [, flowId, startedMs, id, name = ''] = /^([^/]+)\/(\d{1,15})\/(\d{1,15})(?:\/([^/]*))?$/.exec(text) ?? [];
  if (flowId !== flow.id) throw invalidArgument('NextToken is not one that ListExecutions returned for this flow.');
  return { startedMs: Number(startedMs), id: Number(id), name };
}
