/**
 * A store that could not be opened. The message is for the person who starts the server: what is wrong, what it means and
 * what to do. It is no `ApiError`, because no caller is involved, and no assertion, because files can have any content.
 */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
}
