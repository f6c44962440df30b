/** URLs in error texts. */
import { beginning } from '../base/text.ts';

/** A URL fit for an error text: without credentials, query and fragment. */
export function shownUrl(url: URL): string {
  return beginning(url.origin + url.pathname);
}
