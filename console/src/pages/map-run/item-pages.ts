/** Reads the executions of a Map run, the failed ones first: one status after the other, in pages. */
import type { ReplyOf } from '../../api/client.ts';

export type ItemExecution = ReplyOf<'ListExecutions'>['Executions'][number];

export const STATUSES = ['Failed', 'TimedOut', 'Stopped', 'Running', 'Succeeded'] as const;
export type ItemStatus = (typeof STATUSES)[number];

export interface ItemPages {
  readonly items: readonly ItemExecution[];
  readonly hasMore: boolean;
}

/** Reads one page of one status. */
export type ReadPage = (
  status: ItemStatus,
  token: string,
) => Promise<{ readonly Executions: readonly ItemExecution[]; readonly NextToken?: string | undefined }>;

/** The first executions of these statuses, in their order, until there are as many as asked or no more. */
export async function readItems(read: ReadPage, statuses: readonly ItemStatus[], count: number): Promise<ItemPages> {
  const items = new Map<string, ItemExecution>();
  for (const [place, status] of statuses.entries()) {
    let token = '';
    do {
      const page = await read(status, token);
      for (const execution of page.Executions) {
        // One that has ended since it was read as running is listed where it is now.
        items.delete(execution.Name);
        items.set(execution.Name, execution);
      }
      token = page.NextToken ?? '';
      if (items.size >= count) {
        return { items: [...items.values()], hasMore: token !== '' || place < statuses.length - 1 };
      }
    } while (token !== '');
  }
  return { items: [...items.values()], hasMore: false };
}

/** The position of an item, or of the first item of a batch, which is the last number of its execution's name. */
export function positionOf(name: string): number | null {
  const found = /-(\d+)(?::[0-9a-f-]{36})?$/.exec(name)?.[1];
  return found === undefined ? null : Number(found);
}
