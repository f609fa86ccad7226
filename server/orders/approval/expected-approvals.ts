import { fast, type PrismaClient } from '../../db/client.ts';
import type { FundingSource } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import { type Fen, formatYuan } from '../../shared/money.ts';
import { findPayers, type PayerRow } from '../../units/unit-queries.ts';
import { inReaderLanguage, type Reader } from '../order-labels.ts';
import { approvalLevels } from './approval-levels.ts';

/** An approval that a purchase would need: of which unit, since it is above how many fen. */
export interface ExpectedApproval {
  unitName: string;
  unitNameEn: string;
  thresholdFen: Fen;
}

export type ExpectedApprovals = ReadonlyMap<FundingSource, readonly ExpectedApproval[]>;

/** Which approvals a purchase of so many fen would need from each of a unit's funding sources, were it submitted today (rule 26). */
export async function expectedApprovals(
  db: PrismaClient,
  payers: readonly PayerRow[],
  totalFen: Fen,
  today: Day,
): Promise<ExpectedApprovals> {
  const levels = await Promise.all(
    payers.map(async (payer) => ({ payer, needed: (await approvalLevels(fast(db), payer, today))(totalFen) })),
  );
  const ids = levels.flatMap(({ needed }) => needed.map(({ unitId }) => unitId));
  const units = await db.unit.findMany({
    where: { id: { in: ids } },
    select: { id: true, name: true, nameEn: true },
  });
  const named = new Map(units.map((unit) => [unit.id, unit]));
  return new Map(
    levels.map(({ payer, needed }) => [
      payer.fundingSource,
      needed.map(({ unitId, thresholdFen }) => {
        const unit = named.get(unitId);
        return { unitName: unit?.name ?? '', unitNameEn: unit?.nameEn ?? '', thresholdFen };
      }),
    ]),
  );
}

/** The same in a sentence: by whom it must be approved, in that order, or that nobody must. */
export function approvalsText(reader: Reader, needed: readonly ExpectedApproval[]): string {
  const { t } = reader;
  if (needed.length === 0) return t('orders:needs.none');
  const levels = needed.map(({ unitName, unitNameEn, thresholdFen }) =>
    t(`orders:needs.${thresholdFen > 0 ? 'level' : 'levelOfAll'}`, {
      unit: inReaderLanguage(reader, unitName, unitNameEn),
      threshold: formatYuan(thresholdFen),
    }),
  );
  return t('orders:needs.some', { levels: levels.join(' → ') });
}

/** What a unit's cart says of the approvals that it would need, by funding source; for the cart, which knows no orders. */
export function cartApprovals(db: PrismaClient) {
  return async (reader: Reader, unitId: number, totalFen: Fen, today: Day) => {
    const payers = await findPayers(db, unitId);
    const expected = await expectedApprovals(db, payers, totalFen, today);
    return payers.map(({ fundingSource }) => ({
      fundingLabel: reader.t(`common:funding.${fundingSource}`),
      text: approvalsText(reader, expected.get(fundingSource) ?? []),
    }));
  };
}
