/** A module whose handler is not a function. */
export const handler = 5;
