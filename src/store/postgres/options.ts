/** Where the database is and how Millrace uses it. The settings (`config/settings.ts`) have the same shape. */
export interface PostgresOptions {
  /** Name or address of the server, or the folder of its socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: { reveal(): string } | null;
  /**
   * `disable`: no TLS. `require`: TLS, without a look at the certificate. `verify-full`: TLS, and the certificate has to be good for the
   * host.
   */
  readonly tls: 'disable' | 'require' | 'verify-full';
  /** PEM file of the certificates that sign the server's; null: those that Node.js trusts. */
  readonly caFile: string | null;
  readonly schema: string;
  /** Most connections for reads and small changes. Commits and hints have two more. */
  readonly pool: number;
  /** The database ends a statement that takes longer. */
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Parts into which executions are split, for databases that spread rows over machines. Fixed when the schema is made. */
  readonly shards: number;
}
