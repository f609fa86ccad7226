import type { Request, Response } from 'express';
import { unitsApprovedFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import type { Fault } from '../shared/errors.ts';
import { formView } from '../web/form-view.ts';
import { pageQuery } from './allowance-forms.ts';
import { ALLOWANCES_A_PAGE, allowanceSums, grantedTo, ownAllowances } from './allowance-queries.ts';
import { yearOf } from './set-allowances.ts';

/** The page of allowances: one's own balance, and for a union what it has granted this year, with what was refused and typed. */
export async function showAllowances(
  { db, clock }: { db: PrismaClient; clock: Clock },
  req: Request,
  res: Response,
  values: Record<string, unknown>,
  faults: Fault[],
): Promise<void> {
  const actor = actorOf(req);
  const year = yearOf(clock());
  const wish = pageQuery.safeParse({ ...req.query, ...(values.unitId ? { unitId: values.unitId } : {}) }).data;
  const units = unitsApprovedFor(actor);
  const unitId = units.find((id) => id === wish?.unitId) ?? units[0];
  const after = wish?.after ?? 0;
  const [own, sums, granted] = await Promise.all([
    ownAllowances(db, actor.id),
    unitId ? allowanceSums(db, unitId, year) : null,
    unitId ? grantedTo(db, unitId, year, after) : [],
  ]);
  const people = granted.slice(0, ALLOWANCES_A_PAGE);
  const last = granted.length > ALLOWANCES_A_PAGE ? people.at(-1) : undefined;
  const hrefOf = (id: number, from?: number) => `${pathTo('allowances')}?unitId=${id}${from ? `&after=${from}` : ''}`;
  res.render('welfare/allowances', {
    layout: 'work',
    title: req.t('allowances:title'),
    own: own.map((one) => ({
      ...{ ...one, unitName: inLanguage(req.locale, one.unitName, one.unitNameEn) },
      ...{ isOver: one.year < year, until: `${one.year}-12-31` },
      moves: one.moves.map(({ at, byFen, reason, orderId, source }) => ({
        ...{ at, byFen },
        why: orderId === null ? (reason ?? req.t('allowances:own.granted')) : req.t(`allowances:source.${source}`),
        order: orderId === null ? undefined : { number: orderId, href: pathTo('order', { id: orderId }) },
      })),
    })),
    ...{ year, unitId, sums },
    units: actor.grants
      .filter((grant) => grant.role === 'approver' && grant.unitId !== null)
      .map((grant) => ({
        label: inLanguage(req.locale, grant.unitName ?? '', grant.unitNameEn),
        ...{ href: hrefOf(grant.unitId ?? 0), isShown: grant.unitId === unitId },
      })),
    people: people.map(({ user, amountFen }) => ({ ...user, amountFen })),
    nextHref: last && unitId ? hrefOf(unitId, last.userId) : undefined,
    hrefs: {
      ...{ equal: pathTo('allowanceEqual'), roster: pathTo('allowanceRoster') },
      ...{
        template: `${pathTo('allowanceTemplate')}?unitId=${unitId}`,
        withdrawal: pathTo('allowanceWithdrawal'),
      },
    },
    opensWithdrawal: faults.some(({ path }) => path === 'reason'),
    form: formView(req.t, ['amount', 'roster', 'reason'], values, faults),
  });
}
