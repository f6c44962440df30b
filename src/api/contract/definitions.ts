/**
 * Contracts of the extensions about definitions that no flow has yet (docs/extensions.md), for editors. They need no authorization:
 * a reply follows from the request and the version of the server.
 */
import type { Contract, Members, Parameter } from './contract.ts';
import { EXECUTION_MODES, SAMPLE_DEFINITION, SAMPLE_FLOW } from './shared.ts';

const REMARK = {
  Line: { type: 'integer', sample: 7, about: 'Line of the given definition, from 1.' },
  Column: { type: 'integer', sample: 5, about: 'Column of the line, from 1.' },
  Message: { type: 'text', sample: 'the comment of the state is left out', about: 'One sentence.' },
} as const satisfies Members;

/** Optional: an editor may be empty. */
const TEXT = {
  type: 'text',
  presence: 'optional',
  sample: '@orders.yaml',
} as const;

const NAME = { type: 'name', presence: 'optional' } as const;

export const DEFINITIONS = {
  CheckDefinition: {
    extension: true,
    method: 'POST',
    resource: 'none',
    summary: 'Checks a definition as CreateFlow does, and draws its graph. Nothing is stored.',
    parameters: {
      Definition: {
        ...TEXT,
        about:
          'The definition as YAML or JSON, in the state-machine language or in the classic one. Absent: an empty text.',
      },
      ExecutionMode: {
        type: 'word',
        presence: 'optional',
        words: EXECUTION_MODES,
        default: 'Standard',
        about: 'The execution mode for which it is checked.',
      },
      Name: {
        ...NAME,
        about:
          'Name of the flow. A `Name` inside the definition that differs from it is a warning. Absent: no such warning.',
        sample: SAMPLE_FLOW,
      },
    } as const satisfies Record<string, Parameter>,
    reply: {
      Diagnostics: {
        type: 'text',
        sample:
          '[{"severity":"warning","code":"missing-name","line":1,"column":1,"path":"","message":"the flow has no …","text":"1:1: warning: the flow has no … [missing-name]"}]',
        about: 'The errors and warnings as a JSON list, in the order of the text; `[]` for none.',
      },
      Graph: {
        type: 'text',
        sample:
          '{"dialect":"statemachine","name":"orders","scopes":[{"id":0,"owner":null,"kind":"flow","position":0,"label":"orders","start":0}],"nodes":[…],"edges":[…]}',
        about: 'The states and the ways between them as a JSON object; `""` if there is an error.',
      },
    },
    errors: {},
  },
  ConvertDefinition: {
    extension: true,
    method: 'POST',
    resource: 'none',
    summary:
      'Converts a definition in Amazon States Language or in the classic language to a state machine. Nothing is stored.',
    parameters: {
      Definition: {
        ...TEXT,
        about: 'The definition as JSON or YAML. Its content decides which language it is. Absent: an empty text.',
        sample: '@orders.asl.json',
      },
      Name: {
        ...NAME,
        about: 'Name in the result. Absent: the name in a classic definition, or `flow`.',
        sample: SAMPLE_FLOW,
      },
    },
    reply: {
      Definition: {
        type: 'text',
        sample: SAMPLE_DEFINITION,
        about: 'The state machine as YAML; `""` if a part cannot be converted.',
      },
      Notes: {
        type: 'list',
        about:
          'The differences from the original and the parts that are left out, in the order of the text; at most 100.',
        members: REMARK,
      },
      Refusals: {
        type: 'list',
        about: 'The parts that cannot be converted, in the order of the text.',
        members: REMARK,
      },
    },
    errors: {},
  },
  DescribeLanguage: {
    extension: true,
    method: 'GET',
    resource: 'none',
    summary: 'Returns the words of the flow languages: fields, actions, functions, variables and errors.',
    parameters: {},
    reply: {
      Language: {
        type: 'text',
        sample:
          '{"dialects":{"statemachine":{"flow":[{"key":"StartAt","about":"The name of the first state","required":true},…],"states":{…},"parts":{…}},"classic":{…}},"actions":[…],"functions":[…],"variables":[…],"errors":[…]}',
        about: 'A JSON object. It changes only with the version of the server.',
      },
    },
    errors: {},
  },
} as const satisfies Record<string, Contract>;
