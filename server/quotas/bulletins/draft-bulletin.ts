import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { BulletinKind } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, RuleRefusal } from '../../shared/errors.ts';
import type { Reader } from '../board/board-presenter.ts';
import type { Programme } from '../programme-list.ts';
import type { Figures } from './bulletin-figures.ts';
import { type Period, periodsOf } from './bulletin-periods.ts';
import { mayIssueFor } from './bulletin-policy.ts';
import { programmeOf } from './bulletin-programme.ts';
import { type Terms, termsOf } from './bulletin-terms.ts';
import { writeText, writeTitle } from './bulletin-text.ts';
import { takeFigures } from './take-figures.ts';

export interface DraftWish {
  programmeId: number;
  kind: BulletinKind;
  /** as periodsOf names it */
  periodKey: string;
  /** the language of the document */
  reader: Reader;
  now: Date;
}

/** Whether a kind is an assessment, whose figures carry marks. */
export function isAssessment(kind: BulletinKind): boolean {
  return kind === 'mid_term' || kind === 'year';
}

/**
 * A draft with its figures frozen at this moment and sentences written from them (rule 13). Answers its id. Strangers: 404; a period
 * that the programme does not have or that has not begun: 422 `noSuchPeriod`.
 */
export async function draftBulletin(db: PrismaClient, actor: Actor, wish: DraftWish): Promise<number> {
  const { kind, reader, now } = wish;
  const programme = await programmeOf(db, wish.programmeId);
  if (!mayIssueFor(actor, programme)) throw new NotFound();
  const period = periodsOf(programme, kind, dayOf(now)).find(({ key }) => key === wish.periodKey);
  if (!period) throw new RuleRefusal('noSuchPeriod', [{ path: 'period', code: 'noSuchPeriod' }]);
  const terms = await termsOf(db, programme, reader.t);
  const figures = await figuresFor(db, programme, period, terms, now);
  return inTransaction(db, async (tx) => {
    const { id } = await tx.bulletin.create({
      data: {
        programmeId: programme.id,
        kind,
        startsOn: dayToColumn(period.startsOn),
        endsOn: dayToColumn(period.endsOn),
        asOf: now,
        title: writeTitle(reader, programme, period),
        issuer: terms.issuer,
        recipients: terms.recipients,
        text: writeText(reader, period, figures),
        figures,
        remarks: {},
        createdById: actor.id,
        createdAt: now,
      },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at: now, actorId: actor.id, action: 'bulletin.draft', subjectType: 'bulletin', subjectId: id },
      after: { programme: programme.code, kind, period: period.key, ...sumsOf(figures) },
    });
    return id;
  });
}

export function figuresFor(
  db: PrismaClient,
  programme: Programme,
  { kind, startsOn, endsOn }: Omit<Period, 'key'>,
  { scheme }: Pick<Terms, 'scheme'>,
  now: Date,
): Promise<Figures> {
  return takeFigures(db, { programme, kind, startsOn, endsOn, now, scheme: isAssessment(kind) ? scheme : null });
}

/** What the audit keeps of a bulletin's figures. */
export function sumsOf({ day, total }: Figures) {
  return { day, placedFen: total.placedFen, countedFen: total.countedFen };
}
