import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf, dayToColumn, parseDay } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { parseYuan } from '../../shared/money.ts';
import { parseKilograms } from '../../shared/weight.ts';
import { reachOf } from '../offline/offline-policy.ts';
import { MOST_AMOUNT } from '../offline/offline-schemas.ts';

export const HELPED_SOURCES = ['event', 'referral'] as const;

const amount = (parse: (text: string) => number | null, code: string) =>
  z
    .string()
    .trim()
    .min(1, 'required')
    .transform((text, context) => {
      const read = parse(text);
      if (read !== null && read > 0 && read <= MOST_AMOUNT) return read;
      context.addIssue({ code: 'custom', message: code });
      return z.NEVER;
    });

export const helpedForm = z.object({
  unit: z.string().trim().min(1, 'required').max(64),
  source: z.enum(HELPED_SOURCES),
  onDay: z.string().refine((text) => parseDay(text) !== null, 'malformedDay'),
  amount: amount(parseYuan, 'malformedAmount'),
  weight: amount(parseKilograms, 'malformedWeight'),
  note: z.string().trim().min(1, 'required').max(255),
});

/**
 * Tells by hand what a unit helped to sell at an event or by referral (rule 16): of the own unit, or as organizer of a unit of the
 * group. Refuses another's unit and a day to come.
 */
export async function tellHelpedSale(
  db: PrismaClient,
  actor: Actor,
  told: z.output<typeof helpedForm>,
  at: Date,
): Promise<void> {
  const reach = await reachOf(db, actor, dayOf(at));
  const unit = reach.units.find(({ code }) => code === told.unit);
  if (!unit) throw new RuleRefusal('badInput', [{ path: 'unit', code: 'notYourUnitToDeclare' }]);
  if (told.onDay > dayOf(at)) throw new RuleRefusal('badInput', [{ path: 'onDay', code: 'dayAhead' }]);
  const { source, note, amount: fen, weight: grams } = told;
  await inTransaction(db, async (tx) => {
    const { id } = await tx.helpedSale.create({
      data: { unitId: unit.id, source, onDay: dayToColumn(told.onDay), fen, grams, note, byId: actor.id },
      select: { id: true },
    });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'helped_sale.tell',
        subjectType: 'helped_sale',
        subjectId: id,
        unitId: unit.id,
      },
      after: { source, fen, grams, onDay: told.onDay },
      reason: note,
    });
  });
}
