/** The two forms of a function's ARN (rules.md 11.8). Pure. */

export interface FunctionArn {
  /** Empty when the ARN leaves it out. */
  readonly region: string;
  readonly account: string;
  /** The service of an FC 2 function; null for FC 3. */
  readonly service: string | null;
  readonly name: string;
  /** Version or alias; null when the ARN names none. */
  readonly qualifier: string | null;
}

const HEAD = String.raw`^acs:fc:(?<region>[a-z0-9-]*):(?<account>\d*):`;
const NAME = String.raw`[A-Za-z_][A-Za-z0-9_-]{0,127}`;
const QUALIFIER = String.raw`[A-Za-z0-9_-]{1,128}`;
/** FC 3 gives a function of FC 2 the name `service$function`. */
const FC3 = new RegExp(`${HEAD}functions/(?<name>(?:${NAME}\\$)?${NAME})(?:/(?<qualifier>${QUALIFIER}))?$`);
const FC2 = new RegExp(
  `${HEAD}services/(?<service>${NAME})(?:\\.(?<qualifier>${QUALIFIER}))?/functions/(?<name>${NAME})$`,
);

/** The parts of an ARN; null for a text that has neither form. */
export function parseFunctionArn(text: string): FunctionArn | null {
  const parts = (FC3.exec(text) ?? FC2.exec(text))?.groups;
  if (parts === undefined) return null;
  return {
    region: parts['region'] ?? '',
    account: parts['account'] ?? '',
    service: parts['service'] ?? null,
    name: parts['name'] ?? '',
    qualifier: parts['qualifier'] ?? null,
  };
}

/** The name that the settings map: `name` for FC 3, `service/name` for FC 2. */
export function mappedName(arn: FunctionArn): string {
  return arn.service === null ? arn.name : `${arn.service}/${arn.name}`;
}
