/**
 * The types of parameters and replies, made from the contracts (`api/actions.ts`), so that an operation which reads a parameter
 * or writes a member that its contract does not declare does not compile.
 */
import type { ACTIONS, ActionName } from '../api/actions.ts';
import type { Members, Parameter } from '../api/contract/contract.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { EnvironmentVariable, Route } from '../store/flows.ts';

/** A JSON object as text and as value; `text` is empty if the parameter was absent. */
export interface JsonInput {
  readonly text: string;
  readonly value: JsonObject;
}

/** The value that a parameter type's text is decoded to. `word`, whose type follows from its words, is not here. */
export interface ParameterValues {
  readonly name: string;
  readonly executionName: string;
  readonly aliasName: string;
  readonly text: string;
  readonly qualifier: string;
  readonly version: number;
  readonly versionOrLatest: number | null;
  readonly numberToken: number;
  readonly integer: number;
  readonly decimal: number;
  readonly boolean: boolean;
  /** Milliseconds since 1970, with a fraction if the text is finer than that. */
  readonly time: number;
  readonly environment: readonly EnvironmentVariable[];
  readonly routes: readonly Route[];
  readonly jsonObject: JsonInput;
  readonly json: JsonValue;
}

type Value<P extends Parameter> = P extends { readonly type: 'word'; readonly words: readonly (infer Word)[] }
  ? Word
  : P['type'] extends keyof ParameterValues
    ? ParameterValues[P['type']]
    : never;

/** The value of an absent optional parameter: its default, an empty text, list or object, or null. */
type Absent<P extends Parameter> = P extends { readonly default: infer Default }
  ? Default extends number | boolean
    ? Value<P>
    : Default
  : P['type'] extends 'text' | 'qualifier' | 'environment' | 'jsonObject'
    ? Value<P>
    : null;

type Decoded<P extends Parameter> = P['presence'] extends 'required'
  ? Value<P>
  : P['presence'] extends 'change'
    ? Value<P> | undefined
    : Value<P> | Absent<P>;

type ParameterTable<A extends ActionName> = (typeof ACTIONS)[A]['parameters'];

/** The decoded parameters of an action. An absent parameter of the presence `change` is undefined. */
export type ParametersOf<A extends ActionName> = {
  readonly [Name in keyof ParameterTable<A>]: ParameterTable<A>[Name] extends Parameter
    ? Decoded<ParameterTable<A>[Name]>
    : never;
};

type MemberValue<M> = M extends { readonly type: 'word'; readonly words: readonly (infer Word)[] }
  ? Word
  : M extends { readonly type: 'text' | 'time' }
    ? string
    : M extends { readonly type: 'integer' | 'decimal' }
      ? number
      : M extends { readonly type: 'boolean' }
        ? boolean
        : M extends { readonly type: 'object'; readonly members: infer Inner extends Members }
          ? MembersOf<Inner>
          : M extends { readonly type: 'list'; readonly members: infer Inner extends Members }
            ? readonly MembersOf<Inner>[]
            : never;

type Absentable = { readonly absent: string };

/** The object that a table of members describes; a member that may be absent may be undefined. */
export type MembersOf<Table extends Members> = {
  readonly [Name in keyof Table as Table[Name] extends Absentable ? never : Name]: MemberValue<Table[Name]>;
} & {
  readonly [Name in keyof Table as Table[Name] extends Absentable ? Name : never]?:
    | MemberValue<Table[Name]>
    | undefined;
};

/** The reply of an action, without `RequestId`. */
export type ReplyOf<A extends ActionName> = MembersOf<(typeof ACTIONS)[A]['reply']>;

/** The names of members in `Reply`, at any depth, that `Declared` does not have; `never` if there are none. */
export type Undeclared<Reply, Declared> = Reply extends readonly (infer Item)[]
  ? Declared extends readonly (infer DeclaredItem)[]
    ? Undeclared<Item, DeclaredItem>
    : never
  : Reply extends object
    ? {
        [Name in keyof Reply]-?: Name extends keyof Declared
          ? Undeclared<Reply[Name], NonNullable<Declared[Name]>>
          : Name;
      }[keyof Reply]
    : never;
