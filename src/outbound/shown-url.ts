/** URLs in error messages. */
import { beginning } from '../base/text.ts';

/** A URL without credentials, query and fragment, which may hold secrets; cut if it is long. */
export function shownUrl(url: URL): string {
  return beginning(url.origin + url.pathname);
}
