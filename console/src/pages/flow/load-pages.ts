/** Lists of which a person sees the beginning, and can ask for more. */

/** The most that one page of a list has. */
const MOST = 1_000;

export interface Page<T> {
  readonly entries: readonly T[];
  readonly next: string | undefined;
}

/** At least as many entries as `count`, if the list has so many. @throws {ApiFault} */
export async function loadPages<T>(
  count: number,
  load: (page: { readonly Limit: number; readonly NextToken: string | undefined }) => Promise<Page<T>>,
): Promise<{ readonly entries: readonly T[]; readonly hasMore: boolean }> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page = await load({ Limit: Math.min(MOST, count), NextToken: next });
    all.push(...page.entries);
    next = page.next;
  } while (next !== undefined && all.length < count);
  return { entries: all, hasMore: next !== undefined };
}
