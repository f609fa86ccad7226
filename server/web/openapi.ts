import { z } from 'zod';
import type { Endpoint } from './api.ts';

type Json = Record<string, unknown>;

const problem = {
  description: 'Refused: application/problem+json (RFC 9457) with every fault by its path',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** OpenAPI 3.1 of all endpoints, from the zod schemas that also check the calls. */
export function openApiOf(endpoints: readonly Endpoint[], baseUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const definition of endpoints) {
    const path = `/api/v1${definition.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [definition.method]: operation(definition) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Consumption-assistance market',
      version: '1',
      description: 'Money in fen, weight in grams, days in Asia/Shanghai, instants in UTC.',
    },
    servers: [{ url: baseUrl }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            errors: {
              type: 'array',
              items: {
                type: 'object',
                required: ['path', 'code', 'message'],
                properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
              },
            },
          },
        },
      },
    },
  };
}

function operation(definition: Endpoint): Json {
  const status = String(definition.status ?? 200);
  const answer = definition.response
    ? { description: 'Done', content: { 'application/json': { schema: schemaOf(definition.response, 'output') } } }
    : { description: 'Done' };
  return {
    summary: definition.summary,
    tags: [definition.tag],
    ...(definition.access === 'signed_in' ? { security: [{ token: definition.scope ? [definition.scope] : [] }] } : {}),
    parameters: [
      ...parametersOf(definition.params ?? paramsIn(definition.path), 'path'),
      ...parametersOf(definition.query, 'query'),
      ...(definition.idempotent
        ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 191 } }]
        : []),
    ],
    ...(definition.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(definition.body, 'input') } },
          },
        }
      : {}),
    responses: { [status]: answer, default: problem },
  };
}

function paramsIn(path: string): z.ZodType {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  return z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (json.required ?? []).includes(name),
    schema: property,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // JSON has no dates: they leave as what JSON.stringify makes of them.
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
    },
  }) as Json;
  return json;
}
