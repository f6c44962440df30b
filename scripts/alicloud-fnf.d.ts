/** Types for the parts of the old official Node client that the quickstart and the tests use; it has none of its own. */
declare module '@alicloud/fnf-2019-03-15' {
  class Client {
    constructor(configuration: Client.Configuration);
    request(
      action: string,
      parameters?: Client.Parameters,
      options?: { method?: string; timeout?: number },
    ): Promise<Client.Reply>;
  }
  namespace Client {
    interface Configuration {
      endpoint: string;
      accessKeyId: string;
      accessKeySecret: string;
      securityToken?: string;
      opts?: { timeout?: number };
    }
    type Parameters = Record<string, unknown>;
    type Reply = Record<string, unknown>;
  }
  export = Client;
}
