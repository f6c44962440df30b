/** `NextToken` of SearchExecutions: a position in its order, opaque to callers. Pure. */
import { invalidArgument } from '../api/error.ts';
import { isName } from '../api/names.ts';
import type { SearchPosition } from '../runtime/express/history/express-position.ts';

/** The name of a Standard execution is empty: its id says which one it is. */
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
