/**
 * The order of SearchExecutions, and its `NextToken`: a position in that order, opaque to callers. Newest first; executions that started
 * in the same millisecond are in the byte order of the names of their flows, and those of one flow in the order of ListExecutions. Pure.
 */
import { isName } from '../api/names.ts';
import { invalidArgument } from '../api/error.ts';
import type { ExpressPosition } from '../runtime/express/history/express-position.ts';

/** `name` is empty for a Standard execution. */
export interface SearchPosition extends ExpressPosition {
  readonly flowName: string;
}

export function searchToken({ startedMs, flowName, id, name }: SearchPosition): string {
  return Buffer.from(`${startedMs}/${flowName}/${id}/${name}`).toString('base64url');
}

/** @throws {ApiError} `InvalidArgument` for a text that is not such a token */
export function searchPosition(token: string): SearchPosition {
  const text = Buffer.from(token, 'base64url').toString();
  const [, startedMs, flowName = '', id, name = ''] = /^(\d{1,15})\/([^/]+)\/(\d{1,15})\/([^/]*)$/.exec(text) ?? [];
  if (!isName(flowName)) throw invalidArgument('NextToken is not one that SearchExecutions returned.');
  return { startedMs: Number(startedMs), flowName, id: Number(id), name };
}
