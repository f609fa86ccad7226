import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Request, type Response, type Router } from 'express';
import handlebars from 'handlebars';
import { createInstance, type i18n } from 'i18next';
import { formatYuan } from '../../shared/money.ts';
import type { Stripe } from '../stripe.ts';
import type { Sandbox, SessionRow } from './context.ts';
import { payChoice, settleSession } from './settle-session.ts';

/** Where the market mounts the page under its own address. */
export const SANDBOX_PAY_PATH = '/sandbox/pay';

type Language = 'zh' | 'en';
type Render = (language: Language, page: object) => string;

/**
 * The pay page: GET shows it, POST settles (`{ outcome: succeed·decline·abandon }`, form or JSON; JSON is answered with JSON).
 * Mount at SANDBOX_PAY_PATH before CSRF and body parsing: it has no session to protect and parses its own bodies.
 */
export function sandboxPayRoutes(sandbox: Sandbox, viewsDir: string): Router {
  const texts = loadTexts(viewsDir);
  const render = loadTemplate(viewsDir, texts);
  const router = express.Router();

  router.get('/:sessionId', async (request, response) => {
    const row = await findSession(sandbox, String(request.params.sessionId));
    const language = languageOf(request, row?.object.locale ?? null);
    const declined = row?.object.status === 'open' && request.query.declined === '1';
    showPage(response, render, row ? 200 : 404, language, row, { declined });
  });

  router.post(
    '/:sessionId',
    express.urlencoded({ extended: false, limit: '8kb' }),
    express.json({ limit: '8kb' }),
    async (request, response) => {
      const sessionId = String(request.params.sessionId);
      const wantsJson = request.is('json') !== false || request.accepts(['html', 'json']) === 'json';
      const parsed = payChoice.safeParse(presentFields(request.body));
      const language = languageOf(request, null);
      if (!parsed.success) {
        if (wantsJson) return problem(response, texts, language, 400, 'invalid');
        return showPage(response, render, 400, language, await findSession(sandbox, sessionId), { invalid: true });
      }

      const settlement = await settleSession(sandbox, sessionId, parsed.data);
      if (settlement.kind !== 'settled') {
        const status = { unknown: 404, closed: 409, method_not_offered: 400 }[settlement.kind];
        if (wantsJson) return problem(response, texts, language, status, settlement.kind);
        const flags = { invalid: settlement.kind === 'method_not_offered' };
        return showPage(response, render, status, language, await findSession(sandbox, sessionId), flags);
      }
      const { session, events } = settlement;
      const redirectUrl = redirectOf(sandbox, session, parsed.data.outcome);
      if (wantsJson) {
        response.json({
          id: session.id,
          outcome: parsed.data.outcome,
          status: session.status,
          paymentStatus: session.payment_status,
          redirectUrl,
          events: events.map(({ event }) => ({ id: event.id, type: event.type })),
        });
      } else if (parsed.data.outcome === 'decline') response.redirect(303, '?declined=1');
      else response.redirect(303, redirectUrl);
    },
  );

  return router;
}

function findSession(sandbox: Sandbox, id: string): Promise<SessionRow | undefined> {
  return id.startsWith('cs_') ? sandbox.store.find<SessionRow>(id) : Promise.resolve(undefined);
}

// A form sends what was left empty too.
function presentFields(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ''));
}

function redirectOf(sandbox: Sandbox, session: Stripe.Checkout.Session, outcome: string): string {
  if (outcome === 'decline') return sandbox.payUrl(session.id);
  const target = outcome === 'succeed' ? session.success_url : (session.cancel_url ?? session.success_url);
  return String(target).replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

function problem(response: Response, texts: i18n, language: Language, status: number, reason: string): void {
  const title = texts.t(`sandbox:problem.${reason}`, { lng: language });
  response.status(status).type('application/problem+json').json({ type: 'about:blank', title, status });
}

function showPage(
  response: Response,
  render: Render,
  status: number,
  language: Language,
  row: SessionRow | undefined,
  flags: { declined?: boolean; invalid?: boolean },
): void {
  const nonce = randomBytes(16).toString('base64');
  response
    .status(status)
    .set({
      'Content-Security-Policy': contentPolicy(nonce, row?.object),
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Robots-Tag': 'noindex',
    })
    .type('html')
    .send(render(language, { ...flags, nonce, session: row && sessionView(row) }));
}

// Browsers check the redirect after a form against form-action as well.
function contentPolicy(nonce: string, session: Stripe.Checkout.Session | undefined): string {
  const targets = [session?.success_url, session?.cancel_url].flatMap((url) => (url ? [new URL(url).origin] : []));
  const formAction = ["'self'", ...new Set(targets)].join(' ');
  return `default-src 'none'; style-src 'nonce-${nonce}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`;
}

function sessionView({ object: session, lineItems }: SessionRow) {
  return {
    id: session.id,
    reference: session.client_reference_id,
    total: yuan(session.amount_total ?? 0),
    open: session.status === 'open',
    complete: session.status === 'complete',
    backUrl: session.cancel_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id),
    returnUrl: (session.status === 'complete' ? session.success_url : session.cancel_url)?.replaceAll(
      '{CHECKOUT_SESSION_ID}',
      session.id,
    ),
    items: lineItems.map((item) => ({
      name: item.description,
      quantity: item.quantity,
      price: yuan(item.price?.unit_amount ?? 0),
      amount: yuan(item.amount_total),
    })),
    methods: session.payment_method_types.map((name, index) => ({
      name,
      label: `sandbox:methodName.${name}`,
      first: index === 0,
    })),
  };
}

const yuan = (fen: number): string => `¥${formatYuan(fen)}`;

function languageOf(request: Request, locale: string | null): Language {
  const asked = request.query.lang;
  if (asked === 'zh' || asked === 'en') return asked;
  if (locale && locale !== 'auto') return locale.startsWith('en') ? 'en' : 'zh';
  return request.acceptsLanguages(['zh', 'en']) === 'en' ? 'en' : 'zh';
}

function loadTexts(viewsDir: string): i18n {
  const read = (language: Language) =>
    JSON.parse(readFileSync(join(viewsDir, 'locales', language, 'sandbox.json'), 'utf8')) as object;
  const texts = createInstance({
    lng: 'zh',
    fallbackLng: 'zh',
    showSupportNotice: false,
    ns: ['sandbox'],
    interpolation: { escapeValue: false },
    resources: { zh: { sandbox: read('zh') }, en: { sandbox: read('en') } },
  });
  void texts.init();
  return texts;
}

function loadTemplate(viewsDir: string, texts: i18n): Render {
  const engine = handlebars.create();
  engine.registerHelper('t', function t(this: { language: Language }, key: string, options) {
    return texts.t(key, { lng: options.data.root.language, ...options.hash });
  });
  const template = engine.compile(readFileSync(join(viewsDir, 'sandbox', 'pay.hbs'), 'utf8'), { strict: false });
  return (language, page) => template({ ...page, language, htmlLang: language === 'en' ? 'en' : 'zh-CN' });
}
