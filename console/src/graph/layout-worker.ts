/** Lays out graphs beside the page's thread. */
export {};
