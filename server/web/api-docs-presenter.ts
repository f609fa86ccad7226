import type { Request } from 'express';
import { pathTo } from '../paths.ts';
import { groupBy } from '../shared/group-by.ts';
import { fieldsOf, noteOf, type Schema, typeOf } from './api-docs-schema.ts';
import type { Locale, Translate } from './i18n.ts';

/** The part of an OpenAPI document that the page tells. */
export interface ApiDocument {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Operation {
  summary: string;
  tags: string[];
  security?: { token?: string[] }[];
  parameters: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Call {
  method: string;
  path: string;
  operation: Operation;
}

const ERRORS = [400, 401, 403, 404, 409, 413, 422, 429, 500];

/** The data of `views/api-docs/show.hbs`. */
export function presentApiDocs({ t, locale }: Pick<Request, 't' | 'locale'>, document: ApiDocument) {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Call => ({ method, path, operation })),
  );
  const url = document.servers[0]?.url ?? '';
  return {
    title: t('apiDocs:title'),
    openApiHref: pathTo('openApi'),
    version: document.openapi,
    baseUrl: url,
    tokensHref: pathTo('tokens'),
    groups: [...groupBy(calls, (call) => call.operation.tags[0] ?? '')].map(([tag, ofTag]) => ({
      id: `tag-${tag}`,
      label: t(`apiDocs:tags.${tag}`, { defaultValue: tag }),
      calls: ofTag.map((call) => presentCall(t, locale, call)),
    })),
    problem: fieldsOf(t, document.components.schemas.Problem),
    errors: ERRORS.map((status) => ({ status, meaning: t(`apiDocs:errors.${status}`) })),
    examples: examplesAt(url),
  };
}

function presentCall(t: Translate, locale: Locale, { method, path, operation }: Call) {
  const id = idOf(method, path);
  const translated = t(`apiDocs:operations.${id}`, { defaultValue: '' });
  const [status = '200', answer] = Object.entries(operation.responses).find(([code]) => code !== 'default') ?? [];
  const body = schemaIn(operation.requestBody?.content);
  const scope = operation.security?.[0]?.token?.[0];
  return {
    id,
    method: method.toUpperCase(),
    path,
    summary: translated || operation.summary,
    /** an untranslated summary is English on a Chinese page */
    summaryLang: translated || locale === 'en' ? undefined : 'en',
    who: t(operation.security ? 'apiDocs:who.token' : 'apiDocs:who.any'),
    scope: scope && t('apiDocs:who.scope', { scope }),
    parameters: operation.parameters.map((parameter) => ({
      name: parameter.name,
      where: t(`apiDocs:where.${parameter.in}`),
      required: parameter.required,
      type: typeOf(parameter.schema),
      note: noteOf(t, parameter.schema),
    })),
    body: fieldsOf(t, body),
    status,
    answer: fieldsOf(t, schemaIn(answer?.content)),
    errors: errorsOf(operation).join(' · '),
  };
}

/** `post-orders-id-payment` for POST /api/v1/orders/{id}/payment: the place on the page and the key of its translation. */
function idOf(method: string, path: string): string {
  return [method, ...path.replace('/api/v1/', '').split(/[^A-Za-z0-9]+/)].filter(Boolean).join('-');
}

function schemaIn(content: Record<string, { schema: Schema }> | undefined): Schema | undefined {
  return content?.['application/json']?.schema;
}

function errorsOf({ security, parameters, requestBody }: Operation): number[] {
  const has = (where: string) => parameters.some((parameter) => parameter.in === where);
  return [
    ...(requestBody || has('query') || has('path') ? [400] : []),
    ...(security ? [401, 403] : []),
    ...(has('path') ? [404] : []),
    ...(has('header') ? [409] : []),
    ...(requestBody || has('header') ? [422] : []),
    429,
  ];
}

function examplesAt(url: string) {
  return {
    token: `curl -s ${url}/api/v1/tokens \\
  -H 'Content-Type: application/json' \\
  -d '{"login": "buyer", "password": "…", "name": "canteen-erp", "scopes": ["orders", "account"]}'

TOKEN=…   # the "token" of the answer`,
    order: `curl -s ${url}/api/v1/orders \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -H 'Idempotency-Key: canteen-2026-0001' \\
  -d '{
    "lines": [{"productId": 1, "quantity": 10}],
    "fundingSource": "canteen_budget",
    "payment": "on_account",
    "addressId": 1
  }'`,
  };
}
