import express, { type Router } from 'express';
import { patterns } from '../paths.ts';
import type { Endpoint } from './api.ts';
import { type ApiDocument, presentApiDocs } from './api-docs-presenter.ts';
import { openApiOf } from './openapi.ts';

/** GET /api/docs: the API for people to read, from the same OpenAPI document that machines get. */
export function apiDocsRoutes(endpoints: readonly Endpoint[], baseUrl: string): Router {
  const router = express.Router();
  const document = openApiOf(endpoints, baseUrl) as unknown as ApiDocument;
  router.get(patterns.apiDocs, (req, res) => {
    res.render('api-docs/show', presentApiDocs(req, document));
  });
  return router;
}
