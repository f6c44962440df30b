/**
 * Why a store could not be opened: a sentence for the person who starts the server, saying what is wrong and what to
 * do. It is no `ApiError` (no caller is there yet) and no assertion (the file is not ours to trust).
 */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
}
