export const handler = 5;
