import { createHash, timingSafeEqual } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import { STRIPE_API_VERSION } from '../stripe.ts';
import type { OutgoingEvent, Sandbox } from './context.ts';
import { createRefund } from './create-refund.ts';
import { createSession } from './create-session.ts';
import { invalid, missing, SandboxApiError } from './errors.ts';
import { checkExpandable, expanded } from './expand.ts';
import { expireSession } from './expire-session.ts';
import { canonicalForm, decodeForm } from './form.ts';
import { answerOnce } from './idempotency.ts';
import { newId } from './ids.ts';
import { listRefunds } from './list-refunds.ts';
import {
  parseParams,
  type RefundParams,
  readParams,
  refundListParams,
  refundParams,
  type SessionParams,
  sessionParams,
} from './params.ts';
import type { SandboxTransaction } from './store.ts';

/** Stripe's HTTP API, the part of it that the market uses, and the pay page at /pay. */
export function stripeApi(sandbox: Sandbox, payRoutes: Router): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use('/pay', payRoutes);
  app.use('/v1', stampResponse, requireKey(sandbox.secretKey), requireVersion);
  app.use(express.text({ type: 'application/x-www-form-urlencoded', limit: '512kb' }));

  app.post('/v1/checkout/sessions', post(sandbox, 'checkout.session', sessionParams, createSessionAnswer));
  app.post('/v1/checkout/sessions/:id/expire', post(sandbox, 'checkout.session', readParams, expireSessionAnswer));
  app.post('/v1/refunds', post(sandbox, 'refund', refundParams, createRefundAnswer));
  app.get('/v1/checkout/sessions/:id', retrieve(sandbox, 'cs_', 'checkout.session', 'session'));
  app.get('/v1/refunds', async (request, response) => {
    const params = parseParams(refundListParams, decodeForm(request.originalUrl.split('?')[1] ?? ''));
    response.json(await listRefunds(sandbox.store, params));
  });
  app.get('/v1/refunds/:id', retrieve(sandbox, 're_', 'refund'));
  app.get('/v1/payment_intents/:id', retrieve(sandbox, 'pi_', 'payment_intent', 'intent'));
  app.get('/v1/charges/:id', retrieve(sandbox, 'ch_', 'charge'));
  app.get('/v1/events/:id', retrieve(sandbox, 'evt_', 'event', 'id'));

  app.use((request: Request) => {
    const url = `${request.method}: ${request.path}`;
    throw new SandboxApiError(`Unrecognized request URL (${url}).`, { status: 404 });
  });
  app.use(errorAnswer(sandbox));
  return app;
}

const stampResponse: RequestHandler = (_request, response, next) => {
  response.set({ 'Request-Id': newId('req'), 'Stripe-Version': STRIPE_API_VERSION, 'Cache-Control': 'no-store' });
  next();
};

function requireKey(secretKey: string): RequestHandler {
  return (request, _response, next) => {
    const given = keyIn(request.get('Authorization') ?? '');
    if (!given) {
      const message =
        'You did not provide an API key. Provide it in the Authorization header (Authorization: Bearer KEY).';
      throw new SandboxApiError(message, { status: 401 });
    }
    if (!timingSafeEqual(digest(given), digest(secretKey))) {
      throw new SandboxApiError(`Invalid API Key provided: ${given.slice(0, 8)}****${given.slice(-4)}`, {
        status: 401,
      });
    }
    next();
  };
}

function keyIn(authorization: string): string | undefined {
  const [scheme, value = ''] = authorization.split(' ', 2);
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() === 'basic') return Buffer.from(value, 'base64').toString().split(':')[0];
  return undefined;
}

const requireVersion: RequestHandler = (request, _response, next) => {
  const version = request.get('Stripe-Version') ?? STRIPE_API_VERSION;
  if (version !== STRIPE_API_VERSION) {
    throw invalid(`Invalid Stripe API version: ${version}. The payment sandbox speaks ${STRIPE_API_VERSION}.`);
  }
  next();
};

interface PostContext<P> {
  sandbox: Sandbox;
  tx: SandboxTransaction;
  params: P;
  id: string;
  request: { id: string; idempotencyKey: string | null };
}

type Post<P> = (context: PostContext<P>) => Promise<{ row: { object: object }; events: OutgoingEvent[] }>;

const createSessionAnswer: Post<SessionParams> = async ({ sandbox, tx, params }) => ({
  row: await createSession(sandbox, tx, params),
  events: [],
});

const expireSessionAnswer: Post<{ expand: string[] }> = ({ sandbox, tx, id, request }) =>
  expireSession(sandbox, tx, id, request);

const createRefundAnswer: Post<RefundParams> = ({ sandbox, tx, params, request }) =>
  createRefund(sandbox, tx, params, request);

function post<P extends { expand: string[] }>(
  sandbox: Sandbox,
  kind: string,
  schema: Parameters<typeof parseParams<P>>[0],
  work: Post<P>,
): RequestHandler {
  return async (request, response) => {
    const form = typeof request.body === 'string' ? request.body : '';
    const params = parseParams(schema, decodeForm(form));
    checkExpandable(kind, params.expand);
    const idempotencyKey = idempotencyKeyOf(request);
    const id = String(request.params.id ?? '');
    const origin = { id: String(response.get('Request-Id')), idempotencyKey };
    const fingerprint = digest(`${request.path}\n${canonicalForm(form)}`).toString('hex');

    const { answer, events, replayed } = await answerOnce(sandbox.store, idempotencyKey, fingerprint, async (tx) => {
      const made = await work({ sandbox, tx, params, id, request: origin });
      return { body: await expanded(made.row, params.expand, (referred) => tx.lock(referred)), events: made.events };
    });
    if (idempotencyKey) response.set('Idempotency-Key', idempotencyKey);
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.status(answer.status).json(answer.body);
    // The answer first, as Stripe does: the caller may not have stored what the event is about.
    await sandbox.deliver(events);
  };
}

function idempotencyKeyOf(request: Request): string | null {
  const key = request.get('Idempotency-Key') ?? null;
  if (key !== null && (key === '' || key.length > 255)) {
    throw new SandboxApiError('Idempotency keys must be 1 to 255 characters long.', {
      status: 400,
      type: 'idempotency_error',
    });
  }
  return key;
}

function retrieve(sandbox: Sandbox, prefix: string, kind: string, param = kind): RequestHandler {
  return async (request, response) => {
    const query = request.originalUrl.split('?')[1] ?? '';
    const { expand } = parseParams(readParams, decodeForm(query));
    checkExpandable(kind, expand);
    const id = String(request.params.id);
    const row = id.startsWith(prefix) ? await sandbox.store.find<{ object: object }>(id) : undefined;
    if (!row) throw missing(kind, id, param);
    response.json(await expanded(row, expand, (referred) => sandbox.store.find(referred)));
  };
}

function errorAnswer(sandbox: Sandbox): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, _next) => {
    if (response.headersSent) {
      sandbox.log.warn({ err: error, path: request.path }, 'payment sandbox: failed after answering');
      return;
    }
    if (error instanceof SandboxApiError) {
      response.status(error.details.status).json(error.body);
      return;
    }
    sandbox.log.warn({ err: error, path: request.path }, 'payment sandbox: request failed');
    const body = new SandboxApiError('The payment sandbox failed; its log says why.', {
      status: 500,
      type: 'api_error',
    });
    response.status(500).json(body.body);
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
