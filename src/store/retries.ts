/** How often a write is repeated while a store fails: soon at first, then every two seconds. */
export const STORE_RETRY_MIN_MS = 50;
export const STORE_RETRY_MAX_MS = 2_000;
