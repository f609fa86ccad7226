import { createHash } from 'node:crypto';
import express, { type Request, type Router } from 'express';
import type { z } from 'zod';
import { read } from './forms.ts';

/** One endpoint of the JSON API: its route and its description are the same object, so that OpenAPI cannot drift. */
export interface Endpoint<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** Express pattern below /api/v1, as '/orders/:id' */
  path: string;
  summary: string;
  tag: string;
  access: 'any' | 'signed_in';
  /** token scope that a limited token needs */
  scope?: string;
  params?: P;
  query?: Q;
  body?: B;
  status?: number;
  response?: z.ZodType;
  /** POSTs that make something honour Idempotency-Key */
  idempotent?: boolean;
  handle: (call: { req: Request; params: z.output<P>; query: z.output<Q>; body: z.output<B> }) => Promise<unknown>;
}

/** Runs a handler at most once per key of one user; given by accounts, which knows who calls. */
export type RunOnce = (
  req: Request,
  requestHash: string,
  work: () => Promise<{ status: number; body: unknown }>,
) => Promise<{ status: number; body: unknown }>;

/** Keeps the types of an endpoint's schemas with its handler. */
export function endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  definition: Endpoint<P, Q, B>,
): Endpoint {
  return definition as unknown as Endpoint;
}

/** Mounts endpoints under /api/v1. `authorize` throws for whoever may not call. */
export function mountApi(
  endpoints: readonly Endpoint[],
  authorize: (req: Request, access: Endpoint['access'], scope?: string) => void,
  runOnce: RunOnce,
): Router {
  const router = express.Router();
  for (const definition of endpoints) {
    router[definition.method](definition.path, async (req, res) => {
      authorize(req, definition.access, definition.scope);
      const params = definition.params ? read(definition.params, req.params) : req.params;
      const query = definition.query ? read(definition.query, req.query) : req.query;
      const body = definition.body ? read(definition.body, req.body) : req.body;
      const work = async () => ({
        status: definition.status ?? 200,
        body: await definition.handle({ req, params, query, body }),
      });
      const answer = definition.idempotent ? await runOnce(req, hashRequest(req), work) : await work();
      if (res.headersSent) return;
      if (answer.status === 204) res.status(204).end();
      else res.status(answer.status).json(answer.body);
    });
  }
  return router;
}

function hashRequest(req: Request): string {
  return createHash('sha256')
    .update(`${req.method} ${req.originalUrl}\n${JSON.stringify(req.body ?? null)}`)
    .digest('hex');
}
