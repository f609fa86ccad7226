import { z } from 'zod';
import { type Actor, hasRole, suppliersActedFor, unitsApprovedFor } from '../../accounts/actor.ts';
import { Prisma } from '../../db/generated/client.ts';
import { Account, FundingSource } from '../../db/generated/enums.ts';
import { addDays, type Day, monthOf, parseDay, startOfDay } from '../../shared/days.ts';
import { NotAllowed } from '../../shared/errors.ts';

const day = z
  .string()
  .refine((text) => parseDay(text) !== null)
  .optional()
  .catch(undefined);
const code = z.string().trim().max(64).optional().catch(undefined);

/** What a page of the journal is asked for; what cannot be read is as if it were not asked. */
export const financeQuery = z.object({
  from: day,
  to: day,
  unit: code,
  supplier: code,
  funding: z.enum(FundingSource).optional().catch(undefined),
  account: z.enum(Account).optional().catch(undefined),
  /** an order's number, or its id */
  order: code,
  cursor: z.string().max(200).optional().catch(undefined),
});

export type FinanceQuery = z.output<typeof financeQuery>;

export interface FinanceFilter {
  from: Day;
  /** the last day, included */
  to: Day;
  query: FinanceQuery;
  /** over `journal_entry j` joined with `order` o */
  where: Prisma.Sql;
  /** an order of several suppliers says nothing of one of them alone, so a supplier's figures leave it out */
  isSuppliers: boolean;
}

/**
 * The journal entries that the actor may see and asks for: all for the operator, for an approver the unit purchases of its units, for
 * a supplier the orders that it fulfils alone. By the day of the entry, this month unless asked otherwise. Refuses everybody else.
 */
export function financeFilter(actor: Actor, query: FinanceQuery, today: Day): FinanceFilter {
  const [first, last] = [query.from ?? monthOf(today), query.to ?? today];
  const [from, to] = first <= last ? [first, last] : [last, first];
  const parts = [Prisma.sql`j.at >= ${startOfDay(from)} AND j.at < ${startOfDay(addDays(to, 1))}`, scopeOf(actor)];
  const { unit, supplier, funding, order } = query;
  if (unit) parts.push(Prisma.sql`o.unitId = (SELECT id FROM unit WHERE code = ${unit} OR name = ${unit} LIMIT 1)`);
  if (supplier)
    parts.push(Prisma.sql`EXISTS (SELECT 1 FROM fulfilment f JOIN supplier s ON s.id = f.supplierId
      WHERE f.orderId = o.id AND (s.code = ${supplier} OR s.name = ${supplier}))`);
  if (funding) parts.push(Prisma.sql`o.fundingSource = ${funding}`);
  if (order) parts.push(Prisma.sql`o.id = ${Number(/(\d+)$/.exec(order)?.[1] ?? 0)}`);
  const isSuppliers = !hasRole(actor, 'operator') && unitsApprovedFor(actor).length === 0;
  return { from, to, query, where: Prisma.join(parts, ' AND '), isSuppliers };
}

/** Which orders' money the actor may see. Throws NotAllowed where it is none. */
export function scopeOf(actor: Actor): Prisma.Sql {
  if (hasRole(actor, 'operator')) return Prisma.sql`TRUE`;
  const [units, suppliers] = [unitsApprovedFor(actor), suppliersActedFor(actor)];
  const either: Prisma.Sql[] = [];
  if (units.length > 0)
    either.push(Prisma.sql`(o.unitId IN (${Prisma.join(units)}) AND o.fundingSource <> 'individual')`);
  if (suppliers.length > 0)
    either.push(Prisma.sql`(EXISTS (SELECT 1 FROM fulfilment f WHERE f.orderId = o.id AND f.supplierId IN (${Prisma.join(suppliers)}))
      AND NOT EXISTS (SELECT 1 FROM fulfilment f WHERE f.orderId = o.id AND f.supplierId NOT IN (${Prisma.join(suppliers)})))`);
  if (either.length === 0) throw new NotAllowed();
  return Prisma.sql`(${Prisma.join(either, ' OR ')})`;
}
