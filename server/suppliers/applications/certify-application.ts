import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { admitSupplier } from './admit-supplier.ts';
import {
  type ApplicationAct,
  caseOf,
  type LockedApplication,
  lockApplication,
  requireReviewer,
  stepOn,
  tellNews,
} from './lock-application.ts';

/** Years that a certification may hold. */
export const VALID_YEARS = [1, 2, 3] as const;

/**
 * Certifies after the public notice (rule 17): number, first and last day, and of a supplier's the account's rights. A renewal follows on
 * the last day of what it renews. Refuses with 409 while the notice runs (`noticeRuns`), an objection is unanswered
 * (`objectionOpen`) or holds (`objectionHolds`), or what is renewed is suspended or revoked (`renewedIsInterrupted`); strangers with 404, who may not review with 403. Returns the number.
 */
export async function certifyApplication(
  db: PrismaClient,
  actor: Actor,
  act: ApplicationAct & { years: (typeof VALID_YEARS)[number] },
): Promise<string> {
  try {
    return await inTransaction(db, async (tx) => {
      const application = await lockApplication(tx, actor, act);
      requireReviewer(actor, application, act.places);
      if (application.state !== 'in_notice') throw new StateConflict('wrongCertificationState');
      const { id, today } = caseOf(application);
      await requireNoObjection(tx, id, today);
      const validFrom = await firstDay(tx, application);
      const validUntil = addDays(yearsOn(validFrom, act.years), -1);
      const number = numberOf(application, id);
      await tx.certification.update({
        where: { id },
        data: { number, validFrom: dayToColumn(validFrom), validUntil: dayToColumn(validUntil) },
        select: { id: true },
      });
      if (application.subject === 'supplier') await admitSupplier(tx, actor, application, act.at);
      await stepOn(tx, actor, application, 'certify', { reason: '', at: act.at });
      await tellNews(tx, application.id, 'certified', id);
      return number;
    });
  } catch (error) {
    // Another supplier was admitted with this credit code meanwhile.
    if (isDuplicate(error)) throw new RuleRefusal('creditCodeTaken');
    throw error;
  }
}

/** Judged by the newest notice: what led to an earlier one being withdrawn was mended. */
async function requireNoObjection(tx: Tx, certificationId: number, today: Day): Promise<void> {
  const notice = await tx.publicNotice.findFirst({
    where: { certificationId },
    orderBy: { id: 'desc' },
    select: { endsOn: true, objections: { select: { answeredAt: true, upheld: true } } },
  });
  const endsOn = notice ? dayFromColumn(notice.endsOn) : today;
  if (endsOn >= today) throw new StateConflict('noticeRuns', { day: endsOn });
  if (notice?.objections.some(({ answeredAt }) => answeredAt === null)) throw new StateConflict('objectionOpen');
  if (notice?.objections.some(({ upheld }) => upheld)) throw new StateConflict('objectionHolds');
}

/** Today; of a renewal the day after the last of what it renews, if that is still to come. What was suspended or taken back meanwhile is not renewed. */
async function firstDay(tx: Tx, { renewsId, today }: LockedApplication): Promise<Day> {
  if (renewsId === null) return today;
  const renewed = await tx.certification.findUnique({
    where: { id: renewsId },
    select: { state: true, validUntil: true },
  });
  if (renewed && renewed.state !== 'certified') throw new StateConflict('renewedIsInterrupted');
  const next = renewed?.validUntil ? addDays(dayFromColumn(renewed.validUntil), 1) : today;
  return next > today ? next : today;
}

/** The same day of a later year; of 29 February, where there is none, 1 March. */
function yearsOn(day: Day, years: number): Day {
  const date = dayToColumn(day);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return dayFromColumn(date);
}

/** Year, S or P, and the case's own number: unique without counting. */
function numberOf({ subject, today }: LockedApplication, certificationId: number): string {
  return `BF${today.slice(0, 4)}${subject === 'supplier' ? 'S' : 'P'}${String(certificationId).padStart(6, '0')}`;
}
