import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { BenefitMode } from '../db/generated/enums.ts';

export interface BenefitSum {
  mode: BenefitMode;
  suppliers: number;
  households: number;
  payoutFen: number;
}

/** What these suppliers have registered as benefit to farmers, each mode by its newest year up to `year` (rule 19). */
export async function sumBenefits(
  db: Db,
  supplierIds: readonly number[],
  year: number,
): Promise<{ withBenefit: number; modes: BenefitSum[] }> {
  if (supplierIds.length === 0) return { withBenefit: 0, modes: [] };
  const newest = Prisma.sql`
    FROM farmer_benefit b WHERE b.supplierId IN (${Prisma.join([...supplierIds])}) AND b.year =
      (SELECT MAX(n.year) FROM farmer_benefit n WHERE n.supplierId = b.supplierId AND n.mode = b.mode AND n.year <= ${year})`;
  const rows = await db.$queryRaw<BenefitSum[]>`
    SELECT b.mode, COUNT(*) AS suppliers, SUM(b.households) AS households, SUM(b.yearlyPayoutFen) AS payoutFen
    ${newest} GROUP BY b.mode ORDER BY b.mode`;
  const [all] = await db.$queryRaw<{ many: number }[]>`SELECT COUNT(DISTINCT b.supplierId) AS many ${newest}`;
  return {
    withBenefit: Number(all?.many ?? 0),
    modes: rows.map((row) => ({
      mode: row.mode,
      suppliers: Number(row.suppliers),
      households: Number(row.households),
      payoutFen: Number(row.payoutFen),
    })),
  };
}

export interface ToldYear {
  year: number;
  modes: { mode: BenefitMode; households: number; yearlyPayoutFen: number }[];
  /** how the file is called that proves it; null: there is none */
  evidenceName: string | null;
}

const MOST_ROWS = 25;

/** What a supplier told of its benefit to farmers, by year, the newest first (rule 19). */
export async function benefitsTold(db: Db, supplierId: number): Promise<ToldYear[]> {
  const rows = await db.farmerBenefit.findMany({
    where: { supplierId },
    orderBy: [{ year: 'desc' }, { mode: 'asc' }],
    take: MOST_ROWS,
    include: { evidence: { select: { name: true } } },
  });
  return [...new Set(rows.map(({ year }) => year))].map((year) => {
    const told = rows.filter((row) => row.year === year);
    return {
      year,
      modes: told.map(({ mode, households, yearlyPayoutFen }) => ({
        ...{ mode, households, yearlyPayoutFen: Number(yearlyPayoutFen) },
      })),
      evidenceName: told.find(({ evidence }) => evidence)?.evidence?.name ?? null,
    };
  });
}
