/** Where the parts of the test kit register what has to be undone: the context of a test of `node:test` is one. */
export interface CleanUp {
  after(work: () => unknown): void;
}
