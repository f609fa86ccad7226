import express, { type Request, type Response, type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { presentToken, scopeChoices } from './account-presenter.ts';
import { idParam, tokenForm } from './account-schemas.ts';
import { issueToken, revokeToken, tokensOf } from './api-tokens.ts';
import { actorOf } from './who-acts.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** The person's own API tokens. A new one is shown in the answer to its form, kept nowhere, and never shown again. */
export function tokenRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.tokens, (req, res) => showTokens(req, res, { values: {} }));

  router.post(patterns.tokens, async (req, res) => {
    const { id: userId } = actorOf(req);
    try {
      const { name, scopes } = read(tokenForm, req.body);
      const made = await issueToken(db, { userId, name, scopes, now: clock() });
      await showTokens(req, res.status(201), { values: {} }, { name, ...made });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showTokens(req, res.status(status), formView(req.t, ['name', 'scopes'], req.body ?? {}, faults));
    }
  });

  router.post(patterns.tokenRevocation, async (req, res) => {
    const { id: userId } = actorOf(req);
    const { success, data } = idParam.safeParse(req.params);
    if (!success) throw new NotFound();
    await revokeToken(db, userId, data.id, clock());
    flash(req, 'success', req.t('accounts:tokens.revoked'));
    res.redirect(303, pathTo('tokens'));
  });

  return router;

  async function showTokens(
    req: Request,
    res: Response,
    form: FormView,
    made?: { name: string; token: string; expiresAt: Date },
  ): Promise<void> {
    const tokens = await tokensOf(db, actorOf(req).id, clock());
    res.render('accounts/tokens', {
      title: req.t('accounts:tokens.title'),
      tokens: tokens.map((token) => presentToken(req.t, token)),
      scopes: scopeChoices(req.t, form.values.scopes),
      form,
      made,
    });
  }
}
