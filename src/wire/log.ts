/** Where the wire says what its operator must know. A pino logger fits. */
export interface WireLog {
  error(details: object, message: string): void;
}
