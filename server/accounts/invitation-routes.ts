import express, { type Request, type Response, type Router } from 'express';
import { toString as drawQr } from 'qrcode';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { addDays, dayFromColumn, dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { requireRole, unitsApprovedFor } from './actor.ts';
import { invitationForm, leavingForm } from './registration-schemas.ts';
import {
  endEmployment,
  issueInvitation,
  type ListedInvitation,
  listInvitations,
  revokeInvitation,
  spacedCode,
} from './unit-invitations.ts';
import { actorOf } from './who-acts.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  clock: Clock;
}

const VALID_DAYS = 30;
const LABEL_OF: Record<string, string> = { unitId: 'unit' };
const FIELDS = ['unitId', 'note', 'maxUses', 'expiresOn', 'leavingLogin'];

/** A unit's approver lets its employees join by a code, and ends it for who leaves. */
export function invitationRoutes({ config, db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.invitations, (req, res) => show(req, res, []));

  router.post(patterns.invitations, (req, res) =>
    act(req, res, async () => {
      const code = await issueInvitation(db, actorOf(req), read(invitationForm, req.body), clock());
      return req.t('joining:invite.issued', { code: spacedCode(code) });
    }),
  );

  router.post(patterns.invitationRevocation, (req, res) =>
    act(req, res, async () => {
      await revokeInvitation(db, actorOf(req), idIn(req.params.id), clock());
      return req.t('joining:invite.revokedDone');
    }),
  );

  router.post(patterns.employeeLeaving, (req, res) =>
    act(req, res, async () => {
      const { unitId, leavingLogin: login } = read(leavingForm, req.body);
      const name = await endEmployment(db, actorOf(req), { unitId, login }, clock());
      return req.t('joining:invite.leavingDone', { name });
    }),
  );

  return router;

  async function act(req: Request, res: Response, deed: () => Promise<string>): Promise<void> {
    requireRole(actorOf(req), 'approver');
    try {
      flash(req, 'success', await deed());
      res.redirect(303, pathTo('invitations'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  }

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'approver');
    const today = dayOf(clock());
    const units = actor.grants.filter(({ role, unitId }) => role === 'approver' && unitId !== null);
    const [invitations, employees] = await Promise.all([
      listInvitations(db, actor),
      db.unit.findFirst({ where: { id: { in: unitsApprovedFor(actor) } }, select: { employees: true } }),
    ]);
    const values = {
      unitId: units[0]?.unitId,
      maxUses: Math.max(1, employees?.employees ?? 0),
      expiresOn: addDays(today, VALID_DAYS),
      ...req.body,
    };
    res.set('Cache-Control', 'no-store');
    res.render('accounts/invitations', {
      layout: 'work',
      title: req.t('joining:invite.title'),
      units: units.map((grant) => ({
        value: grant.unitId,
        label: (req.locale === 'en' && grant.unitNameEn) || grant.unitName,
      })),
      invitations: await Promise.all(invitations.map((one) => present(req, one, today))),
      form: {
        ...formView(req.t, FIELDS, values, faults),
        labels: Object.fromEntries(FIELDS.map((field) => [field, req.t(`joining:invite.${LABEL_OF[field] ?? field}`)])),
      },
    });
  }

  async function present(req: Request, invitation: ListedInvitation, today: string) {
    const { id, code, note, used, maxUses, expiresOn, revokedAt, unit, issuedBy } = invitation;
    const last = dayFromColumn(expiresOn);
    const state = revokedAt ? 'revoked' : last < today || used >= maxUses ? 'over' : 'open';
    const link = `${config.baseUrl}${pathTo('register', { code })}`;
    return {
      ...{ id, note, used, maxUses, expiresOn: last, state },
      code: spacedCode(code),
      unitName: (req.locale === 'en' && unit.nameEn) || unit.name,
      issuedBy: issuedBy.name,
      stateTone: state === 'open' ? 'good' : 'off',
      stateLabel: req.t(`joining:invite.${state}`),
      ...(state === 'open'
        ? { link, qr: await drawQr(link, { type: 'svg', margin: 1 }), revoke: pathTo('invitationRevocation', { id }) }
        : {}),
    };
  }
}
