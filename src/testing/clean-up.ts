/** The test kit registers its clean-up work here. The context of a test in `node:test` is a `CleanUp`. */
export interface CleanUp {
  after(work: () => unknown): void;
}
