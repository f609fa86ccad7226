import type { RequestHandler } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { inReaderLanguage } from '../orders/order-labels.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn, dayOf, daysBetween, dayToColumn } from '../shared/days.ts';
import { unitsPaidFor } from './statement-policy.ts';

const SHOWN = 5;

/** Gives a page the overdue statements of the payers that its reader speaks for: until they are paid, those must prepay (rule 27). */
export function nameOverdue({ db, clock }: { db: PrismaClient; clock: Clock }): RequestHandler {
  return async (req, res, next) => {
    if (!req.session.userId) return next();
    const unitIds = unitsPaidFor(actorOf(req));
    const today = dayOf(clock());
    if (unitIds.length > 0) {
      const overdue = await db.statement.findMany({
        where: { unitId: { in: unitIds }, state: { not: 'paid' }, dueOn: { lt: dayToColumn(today) } },
        orderBy: { dueOn: 'asc' },
        take: SHOWN,
        select: {
          ...{ id: true, referenceCode: true, dueOn: true, fundingSource: true },
          supplier: { select: { name: true, nameEn: true } },
          unit: { select: { name: true, nameEn: true } },
        },
      });
      res.locals.overdueStatements = overdue.map(({ id, referenceCode, dueOn, fundingSource, supplier, unit }) => ({
        ...{ referenceCode, href: pathTo('statement', { id }) },
        unitName: inReaderLanguage(req, unit.name, unit.nameEn),
        supplierName: inReaderLanguage(req, supplier.name, supplier.nameEn),
        fundingLabel: req.t(`common:funding.${fundingSource}`),
        days: dueOn ? daysBetween(dayFromColumn(dueOn), today) : 0,
      }));
      res.locals.overdueHref = pathTo('statements', { tab: 'overdue' });
    }
    next();
  };
}
