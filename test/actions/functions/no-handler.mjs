/** A module that forgot to export its handler as a function. */
export const handler = 5;
