import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type {} from 'pino-http';
import { NotFound, Refusal } from '../shared/errors.ts';
import { faultMessages, refusalMessage } from './fault-messages.ts';

/** What Express's body parsers refuse with. */
interface ParserError {
  status?: number;
  type?: string;
}

/** Any error as a refusal; null when it is a fault of ours that nobody expected. */
function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  const { status, type } = error as ParserError;
  if (type === 'entity.too.large') return new Refusal(413, 'tooLarge');
  if (type === 'entity.parse.failed') return new Refusal(400, 'malformedJson');
  if (error instanceof URIError) return new NotFound();
  if (type && status && status >= 400 && status < 500) return new Refusal(status, 'badInput');
  return null;
}

export const noRoute: RequestHandler = () => {
  throw new NotFound('noSuchPage');
};

/** API errors: application/problem+json with every fault. */
export function apiErrors(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (res.headersSent) return next(error);
    const refusal = asRefusal(error);
    if (!refusal) log.error({ err: error, path: req.path, requestId: req.id }, 'API call failed');
    const status = refusal?.status ?? 500;
    if (status === 429) sayWhen(res);
    const code = refusal?.code ?? 'failed';
    res
      .status(status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:market:${code}`,
          title: req.t(`faults:${code}`, refusal?.values),
          status,
          detail: refusal ? refusalMessage(req.t, refusal) : undefined,
          ...(refusal && refusal.faults.length > 0 ? { errors: faultMessages(req.t, refusal.faults) } : {}),
        }),
      );
  };
}

/** Page errors: one template, what happened and what to do next, never a stack. */
export function pageErrors(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (res.headersSent) return next(error);
    const refusal = asRefusal(error);
    if (refusal?.status === 401)
      return res.redirect(303, `/sign-in?returnTo=${encodeURIComponent(req.method === 'GET' ? req.originalUrl : '/')}`);
    if (!refusal) log.error({ err: error, path: req.path, requestId: req.id }, 'page failed');
    const status = refusal?.status ?? 500;
    res.status(status).render('errors/error', {
      title: req.t(`errors:${titleKey(status)}.title`),
      status,
      kind: titleKey(status),
      message: refusal && status !== 404 ? refusalMessage(req.t, refusal) : req.t(`errors:${titleKey(status)}.message`),
      faults: refusal ? faultMessages(req.t, refusal.faults) : [],
      retryAfter: status === 429 ? sayWhen(res) : undefined,
      requestId: status >= 500 ? req.id : undefined,
    });
  };
}

/** In how many seconds to try again; said in the answer's head too, where the limit did not. */
function sayWhen(res: Response): number {
  if (!res.get('Retry-After')) res.set('Retry-After', '60');
  return Number(res.get('Retry-After'));
}

function titleKey(status: number): string {
  return [400, 403, 404, 409, 413, 422, 429, 503].includes(status) ? String(status) : status >= 500 ? '500' : '400';
}
