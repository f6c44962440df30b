/**
 * Finds closures that climb: a room declares an interface or a function type, a room above implements it and passes the
 * implementation down, and the lower room calls up through it although its imports run down. Such a type is a port, and the few
 * ports of the program are in {@link PORTS}.
 *
 * It works on texts. An exported type counts if it has a function member, or is a function. A file of a higher room implements
 * it by a class, by a typed constant or property, by a function that returns an object or a closure, by `satisfies`, or by a
 * closure for a member of that function type, declared or written out. Types that extend such a type count like the type itself. It does not see a value
 * without a type at it.
 */
import { importsOf, isAbove, roomOf, targetOf } from './imports.ts';
import type { Sources } from './imports.ts';
import { codeOf, withoutComments } from './source-text.ts';

/** Types that higher rooms may implement, by `room/Type`, with the reason. */
export const PORTS: Readonly<Record<string, string>> = {
  'base/Clock': 'the composition root chooses the clock',
  'base/Scheduler': 'the composition root chooses the scheduler',
  'base/Ids': 'the composition root chooses the identifiers',
  'base/Observer': 'the engine reports to it, and it returns nothing',
  'base/Subscriber': 'the log subscribes to the events of the engine, and returns nothing',
  'cluster/NodeListener': 'the parts of the server react to the life of the node that they are',
  'config/CheckPolicy': 'all faults of the settings are reported at once, and auth/ has the rules of policies',
  'cli/Host': 'main.ts gives the commands the process that they run in',
  'interpreter/RecordEvent': 'a decision passes each event to its caller, which stores or drops it',
  'runtime/FlowRights': 'auth/ has the policies of the keys that wrote the flows',
  'cluster/Peers': 'the main process of a server asks its workers through its links to them',
  'cluster/NonceExchange': 'a worker shares nonces through its link to the main process',
  'wire/HealthSource': 'the server knows whether its store answers and whether it has recovered',
  'console/OtherConsoles': 'the main process of a server has the links to its workers',
  'console/ConsoleCaller': 'wire/ knows the connection of a request, and who is at its other end',
  'overview/HostFacts': 'the server has its connections, its health and its log, which come after the engine',
  'operations/Endpoint': 'the server knows its address only when it listens, after the services are put together',
  'interpreter/Moment': 'a decision gets time, randomness and tokens as an input, because the interpreter is pure',
  'outbound/Outgoing': 'a caller decides by the head of an answer whether it needs the body',
  'language/StateScope': 'a compiled definition reads the state of an execution, which it does not know',
  'expression/EvaluationScope': 'a compiled expression reads the state of an execution, which it does not know',
};

/** `src/actions/action.ts#Action` */
type TypeId = string;

interface Declaration {
  readonly path: string;
  readonly name: string;
  /** The code after the name: type parameters, heritage and body. */
  readonly code: string;
}

/** The closures that climb, one sentence each. */
export function climbingClosures(sources: Sources, ports: Readonly<Record<string, string>> = PORTS): string[] {
  const codes = new Map([...sources].map(([path, text]) => [path, codeOf(text)]));
  const declarations = [...codes].flatMap(([path, code]) => declarationsIn(path, code));
  const names = new Map([...sources].map(([path, text]) => [path, namesIn(path, text, declarations)]));
  const bases = basesOf(declarations, names);
  const callable = new Set(declarations.filter(({ code }) => hasFunction(code)).map(idOf));
  const members = functionMembers(declarations, names, callable);
  return [...codes].flatMap(([path, code]) => {
    if (roomOf(path) === 'testing') return [];
    const implemented = [...(names.get(path) ?? [])].flatMap(([name, id]) =>
      implementsType(code, name) ? [id, ...(bases.get(id) ?? [])] : [],
    );
    const imported = importsOf(sources.get(path) ?? '').map((each) => targetOf(path, each));
    const rooms = new Set(imported.map(roomOf));
    const passed = members.flatMap(({ member, owner, type, isNamed }) =>
      (isNamed ? rooms.has(roomOf(owner)) : imported.includes(owner)) && passesClosure(code, member) ? [type] : [],
    );
    return [...new Set([...implemented, ...passed])]
      .filter((id) => callable.has(id) && isAbove(path, pathOf(id)) && ports[portOf(id)] === undefined)
      .map((id) => `${path} implements ${nameOf(id)} of ${pathOf(id)}, which is in a lower room`);
  });
}

/** Entries of the table of ports whose type does not exist. */
export function stalePorts(sources: Sources): string[] {
  const declared = [...sources].flatMap(([path, text]) =>
    declarationsIn(path, codeOf(text)).map((each) => portOf(idOf(each))),
  );
  return Object.keys(PORTS).filter((port) => !declared.includes(port));
}

interface FunctionMember {
  readonly member: string;
  /** The file with the type that has the member. */
  readonly owner: string;
  /** The type that a higher room implements by a closure for the member. */
  readonly type: TypeId;
  /** False when the function type is written out at the member. Such names are common, so only files that import `owner` count. */
  readonly isNamed: boolean;
}

/** Members of declared types whose type is a function type, declared or written out. */
function functionMembers(
  declarations: readonly Declaration[],
  names: ReadonlyMap<string, ReadonlyMap<string, TypeId>>,
  callable: ReadonlySet<TypeId>,
): FunctionMember[] {
  const functions = new Set(declarations.filter(({ code }) => /^[^=]*=\s*(?:<[^>]*>)?\(/.test(code)).map(idOf));
  return declarations.flatMap((each) => {
    const { path, code } = each;
    const named = [...code.matchAll(/\b(\w+)\??:\s*(\w+)\s*(?=[;}\n])/g)].flatMap(([, member = '', name = '']) => {
      const type = names.get(path)?.get(name);
      const isFunction = type !== undefined && functions.has(type) && callable.has(type);
      return isFunction ? [{ member, owner: path, type, isNamed: true }] : [];
    });
    const written = code.matchAll(/(?:^|[{;]|readonly )\s*(\w+)\??:\s*\(*(?:<[^>]*>)?\([^)]*\)\s*=>/gm);
    return [
      ...named,
      ...[...written].map((at) => ({ member: at[1] ?? '', owner: path, type: idOf(each), isNamed: false })),
    ];
  });
}

/** True when an object of the code has a closure as that member. */
function passesClosure(code: string, member: string): boolean {
  return new RegExp(`[{,]\\s*${member}\\s*:\\s*(?:async\\s*)?(?:\\([^()]*\\)|\\w+)\\s*(?::[^=]*)?=>`).test(code);
}

function idOf({ path, name }: Pick<Declaration, 'path' | 'name'>): TypeId {
  return `${path}#${name}`;
}

function pathOf(id: TypeId): string {
  return id.split('#')[0] as string;
}

function nameOf(id: TypeId): string {
  return id.split('#')[1] as string;
}

function portOf(id: TypeId): string {
  return `${roomOf(pathOf(id))}/${nameOf(id)}`;
}

/** The exported interfaces, abstract classes and types of a file. */
function declarationsIn(path: string, code: string): Declaration[] {
  const found = code.matchAll(/^ *export (?:(?:interface|abstract class) (\w+)|type (\w+)(?=[^=\n]*=))/gm);
  return [...found].map((match) => {
    const rest = code.slice(match.index + match[0].length);
    const isBody = match[1] !== undefined;
    return {
      path,
      name: (match[1] ?? match[2]) as string,
      code: isBody ? throughBraces(rest) : throughSemicolon(rest),
    };
  });
}

/** Up to the end of the first block. */
function throughBraces(code: string): string {
  const from = code.indexOf('{');
  return code.slice(0, closing(code, from) + 1);
}

/** Up to the first semicolon outside of brackets. */
function throughSemicolon(code: string): string {
  let depth = 0;
  for (let at = 0; at < code.length; at++) {
    const char = code[at] as string;
    if ('{([<'.includes(char)) depth++;
    else if ('})]'.includes(char) || (char === '>' && code[at - 1] !== '=')) depth--;
    else if (char === ';' && depth <= 0) return code.slice(0, at);
  }
  return code;
}

/** The position of the bracket that closes the one at `from`. */
function closing(code: string, from: number): number {
  const open = code[from] as string;
  const close = { '{': '}', '(': ')', '[': ']' }[open] as string;
  let depth = 0;
  for (let at = from; at < code.length; at++) {
    if (code[at] === open) depth++;
    else if (code[at] === close && --depth === 0) return at;
  }
  return code.length;
}

/** True for a type with a method, a member that is a function, or that is a function itself. */
function hasFunction(code: string): boolean {
  return code.includes('=>') || /(?:^|[{;])\s*(?:abstract\s+|readonly\s+)*\w+\??\s*(?:<[^<>]*>)?\(/m.test(code);
}

/** The names by which a file knows declared types: its own and those that it imports. */
function namesIn(path: string, text: string, declarations: readonly Declaration[]): ReadonlyMap<string, TypeId> {
  const names = new Map<string, TypeId>();
  const declared = new Set(declarations.map(idOf));
  for (const each of declarations) if (each.path === path) names.set(each.name, idOf(each));
  const code = withoutComments(text);
  for (const each of importsOf(text)) {
    const target = targetOf(path, each);
    const clauses = code.matchAll(
      new RegExp(`\\bimport\\s+(?:type\\s+)?\\{([^}]*)\\}\\s*from\\s*['"]${escaped(each.name)}['"]`, 'g'),
    );
    for (const part of [...clauses].flatMap((clause) => (clause[1] as string).split(','))) {
      const [, name = '', local = name] = /^\s*(?:type\s+)?(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(part) ?? [];
      const id = resolved(`${target}#${name}`, declared);
      if (id !== null) names.set(local, id);
    }
  }
  return names;
}

function resolved(id: TypeId, declared: ReadonlySet<TypeId>): TypeId | null {
  if (declared.has(id)) return id;
  // A re-export: the type has the same name in another file of the room.
  const room = `src/${roomOf(pathOf(id))}/`;
  return [...declared].find((each) => each.startsWith(room) && nameOf(each) === nameOf(id)) ?? null;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The types that a type extends or is built from, directly or not. */
function basesOf(
  declarations: readonly Declaration[],
  names: ReadonlyMap<string, ReadonlyMap<string, TypeId>>,
): ReadonlyMap<TypeId, readonly TypeId[]> {
  const direct = new Map(
    declarations.map((each) => {
      const head = /^[^{]*/.exec(each.code)?.[0] ?? '';
      const known = [...(names.get(each.path) ?? [])];
      const bases = known.filter(([name]) => new RegExp(`\\b(?:extends|=)[^{]*\\b${name}\\b`).test(head));
      return [idOf(each), bases.map(([, id]) => id).filter((id) => id !== idOf(each))];
    }),
  );
  const all = (id: TypeId, seen: ReadonlySet<TypeId>): TypeId[] =>
    (direct.get(id) ?? []).flatMap((base) => (seen.has(base) ? [] : [base, ...all(base, new Set([...seen, base]))]));
  return new Map([...direct.keys()].map((id) => [id, [...new Set(all(id, new Set([id])))]]));
}

/** True when the code has something of the type that it makes itself. */
function implementsType(code: string, name: string): boolean {
  if (!new RegExp(`\\b${name}\\b`).test(code)) return false;
  const type = `(?:(?:Promise|Partial|Readonly|Pick|Omit)<\\s*)*${name}\\b(?:<[^=;{}]*?>|\\[[^\\]]*\\])?[^=;{}()]*?`;
  return (
    new RegExp(`\\bclass\\b[^{]*\\b(?:implements|extends)\\b[^{]*\\b${name}\\b`).test(code) ||
    new RegExp(`\\bsatisfies\\s+${type}(?=[;,)\\s])`).test(code) ||
    [...code.matchAll(new RegExp(`[\\w#]\\??\\s*:\\s*${type}\\s*=(?!=|>)\\s*`, 'g'))].some((match) =>
      isMade(code.slice(match.index + match[0].length)),
    ) ||
    [...code.matchAll(new RegExp(`\\)\\s*:\\s*${type}\\s*(=>\\s*|(?=\\{))`, 'g'))].some((match) =>
      returnsMade(code.slice(match.index + match[0].length), match[1] !== ''),
    )
  );
}

const OBJECT_WITH_FUNCTION =
  /=>|\bfunction\b|[{,]\s*(?:async\s+|get\s+|\*\s*)?\w+\s*(?:<[^<>]*>)?\([^)]*\)\s*(?::[^{]*)?\{/;

/** True when an expression begins with a closure, or with an object that has a function. */
function isMade(expression: string): boolean {
  if (/^(?:async\b|function\b|\w+\s*=>)/.test(expression)) return true;
  if (expression.startsWith('('))
    return (
      /^\s*(?::[^=;]*)?=>/.test(expression.slice(closing(expression, 0) + 1)) || isMade(expression.slice(1).trimStart())
    );
  return expression.startsWith('{') && OBJECT_WITH_FUNCTION.test(expression.slice(0, closing(expression, 0) + 1));
}

/** True when a function body, or the expression of an arrow function, gives something that it makes itself. */
function returnsMade(code: string, isArrow: boolean): boolean {
  if (isArrow && !code.startsWith('{')) return isMade(code);
  const body = code.slice(0, closing(code, code.indexOf('{')) + 1);
  return [...body.matchAll(/\breturn\s+/g)].some((match) => isMade(body.slice(match.index + match[0].length)));
}
