import type { Db, PrismaClient } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import type { DeclaredState } from '../../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { certificationHolds } from '../../suppliers/valid-certification.ts';
import type { Reach } from './offline-policy.ts';

const NAMES = { select: { code: true, name: true, nameEn: true } } as const;

const WHOLE = {
  unit: NAMES,
  lines: { include: { category: NAMES }, orderBy: { id: 'asc' } },
  evidence: {
    select: { isVillagePaper: true, file: { select: { id: true, sha256: true, name: true, mime: true, bytes: true } } },
    orderBy: { fileId: 'asc' },
  },
} as const satisfies Prisma.OfflinePurchaseInclude;

export type WholePurchase = Prisma.OfflinePurchaseGetPayload<{ include: typeof WHOLE }>;

export function findOfflinePurchase(db: Db, id: number): Promise<WholePurchase | null> {
  return db.offlinePurchase.findUnique({ where: { id }, include: WHOLE });
}

/** The declarations that a sheet made, in its order. */
export function purchasesOfSheet(db: Db, sheetId: number): Promise<WholePurchase[]> {
  return db.offlinePurchase.findMany({ where: { sheetId }, include: WHOLE, orderBy: { id: 'asc' } });
}

export interface ListWish {
  /** null: all units */
  unitIds: readonly number[] | null;
  state?: DeclaredState;
  /** farmers' goods of these places, for the village's work team */
  fromFarmersOf?: readonly number[];
  q?: string;
  /** the last row of the page before */
  after: { at: Date; id: number } | null;
  limit: number;
}

/** Declarations by how long they wait, the longest first; those of other states the latest first. By key pages. */
export function listOfflinePurchases(db: PrismaClient, wish: ListWish): Promise<WholePurchase[]> {
  const { state, after, q, limit } = wish;
  const order = state === 'declared' ? 'asc' : 'desc';
  const beyond = state === 'declared' ? 'gt' : 'lt';
  return db.offlinePurchase.findMany({
    where: {
      ...within(wish),
      ...(state ? { state } : {}),
      AND: [
        q ? { OR: [{ sellerName: { contains: q } }, { invoiceNumber: { startsWith: q.toUpperCase() } }] } : {},
        after
          ? { OR: [{ declaredAt: { [beyond]: after.at } }, { declaredAt: after.at, id: { [beyond]: after.id } }] }
          : {},
      ],
    },
    include: WHOLE,
    orderBy: [{ declaredAt: order }, { id: order }],
    take: limit,
  });
}

function within({
  unitIds,
  fromFarmersOf,
}: Pick<ListWish, 'unitIds' | 'fromFarmersOf'>): Prisma.OfflinePurchaseWhereInput {
  const ofUnits = unitIds === null ? {} : { unitId: { in: [...unitIds] } };
  if (!fromFarmersOf) return ofUnits;
  const ofPlaces = { isFromFarmer: true, lines: { some: { originPlaceId: { in: [...fromFarmersOf] } } } };
  return { OR: [ofUnits, ofPlaces] };
}

/** How many declarations are in each state, of those that a list shows. */
export async function countByState(
  db: PrismaClient,
  wish: Pick<ListWish, 'unitIds' | 'fromFarmersOf'>,
): Promise<Map<DeclaredState, number>> {
  const rows = await db.offlinePurchase.groupBy({ by: ['state'], where: within(wish), _count: { _all: true } });
  return new Map(rows.map(({ state, _count }) => [state, _count._all]));
}

export interface OtherDeclaration {
  id: number;
  unitId: number;
  unitName: string;
  unitNameEn: string;
  state: DeclaredState;
  purchasedOn: Day;
  fen: number;
  /** the same invoice; else the same unit, seller, day and amount */
  isSameInvoice: boolean;
}

/** Other declarations that may be of the same goods: those on the same invoice, and likely doubles. Withdrawn ones are none. */
export async function findDoubles(db: PrismaClient, purchase: WholePurchase): Promise<OtherDeclaration[]> {
  const { id, sellerTaxNumber, invoiceNumber, unitId, sellerName, purchasedOn } = purchase;
  const fen = purchase.lines.reduce((sum, line) => sum + line.fen, 0);
  const rows = await db.$queryRaw<(Omit<OtherDeclaration, 'purchasedOn'> & { purchasedOn: Date })[]>`
    SELECT o.id, o.unitId, u.name AS unitName, u.nameEn AS unitNameEn, o.state, o.purchasedOn, SUM(l.fen) AS fen,
      COALESCE(o.sellerTaxNumber = ${sellerTaxNumber} AND o.invoiceNumber = ${invoiceNumber}, 0) AS isSameInvoice
    FROM offline_purchase o JOIN unit u ON u.id = o.unitId JOIN offline_line l ON l.purchaseId = o.id
    WHERE o.id <> ${id} AND o.state <> 'withdrawn' AND (
      (o.sellerTaxNumber = ${sellerTaxNumber} AND o.invoiceNumber = ${invoiceNumber})
      OR (o.unitId = ${unitId} AND o.purchasedOn = ${purchasedOn} AND o.sellerName = ${sellerName}))
    GROUP BY o.id, o.unitId, u.name, u.nameEn, o.state, o.purchasedOn, o.sellerTaxNumber, o.invoiceNumber
    HAVING isSameInvoice = 1 OR fen = ${fen} ORDER BY o.id LIMIT 50`;
  return rows.map((row) => ({
    ...row,
    fen: Number(row.fen),
    isSameInvoice: Boolean(row.isSameInvoice),
    purchasedOn: dayFromColumn(row.purchasedOn),
  }));
}

export interface NamedSupplier {
  id: number;
  name: string;
  nameEn: string;
  /** certified on the day of purchase */
  isCertified: boolean;
}

/** The suppliers that lines name, and whether each was certified on the day (rule 1). */
export async function suppliersOnDay(db: PrismaClient, purchase: WholePurchase): Promise<Map<number, NamedSupplier>> {
  const ids = purchase.lines.flatMap(({ supplierId }) => (supplierId === null ? [] : [supplierId]));
  if (ids.length === 0) return new Map();
  const suppliers = await db.supplier.findMany({
    where: { id: { in: ids } },
    select: { id: true, name: true, nameEn: true },
  });
  const certified = await db.$queryRaw<{ supplierId: number }[]>`
    SELECT c.supplierId FROM certification c WHERE c.supplierId IS NOT NULL AND ${certificationHolds(dayFromColumn(purchase.purchasedOn))}`;
  const held = new Set(certified.map(({ supplierId }) => supplierId));
  return new Map(suppliers.map((supplier) => [supplier.id, { ...supplier, isCertified: held.has(supplier.id) }]));
}

export interface Effect {
  programmeId: number;
  name: string;
  nameEn: string;
  placedFen: number;
  placedGrams: number;
  countedFen: number;
  /** of the unit in this programme, counted so far and its target for everything; null: none in money */
  unitCountedFen: number;
  targetFen: number | null;
}

/** What a purchase has in each programme, and beside it where the unit that it counts for stands there (rule 2). */
export async function effectsOf(db: PrismaClient, lineIds: readonly number[]): Promise<Effect[]> {
  const found: Effect[] = [];
  for (const row of await entriesOf(db, lineIds)) {
    const [unit] = await db.$queryRaw<{ counted: number | bigint | null; target: number | bigint | null }[]>`
      SELECT (SELECT SUM(e.fen) FROM tally_entry e WHERE e.programmeId = ${row.programmeId} AND e.unitId = ${row.unitId} AND e.event = 'counted') AS counted,
        (SELECT v.value FROM target t JOIN target_version v ON v.targetId = t.id
          WHERE t.programmeId = ${row.programmeId} AND t.unitId = ${row.unitId} AND t.scopeKey = 'all' AND t.measure = 'fen'
          ORDER BY v.version DESC LIMIT 1) AS target`;
    const { unitId, ...effect } = row;
    found.push({
      ...effect,
      unitCountedFen: Number(unit?.counted ?? 0),
      targetFen: unit?.target == null ? null : Number(unit.target),
    });
  }
  return found;
}

type EntryRow = Omit<Effect, 'unitCountedFen' | 'targetFen'> & { unitId: number };

async function entriesOf(db: PrismaClient, lineIds: readonly number[]): Promise<EntryRow[]> {
  const entries = await db.tallyEntry.groupBy({
    by: ['programmeId', 'unitId', 'event'],
    where: { orderId: null, channel: 'offline', lineId: { in: [...lineIds] } },
    _sum: { fen: true, grams: true },
  });
  const programmes = await db.programme.findMany({
    where: { id: { in: entries.map(({ programmeId }) => programmeId) } },
    select: { id: true, name: true, nameEn: true },
  });
  const sum = (programmeId: number, unitId: number, event: string, of: 'fen' | 'grams') =>
    entries.find((one) => one.programmeId === programmeId && one.unitId === unitId && one.event === event)?._sum[of] ??
    0;
  const nameOf = (programmeId: number) => programmes.find(({ id }) => id === programmeId);
  return entries
    .filter(({ event, _sum }) => event === 'placed' && (_sum.fen ?? 0) > 0)
    .map(({ programmeId, unitId }) => ({
      ...{ programmeId, unitId, name: nameOf(programmeId)?.name ?? '', nameEn: nameOf(programmeId)?.nameEn ?? '' },
      placedFen: sum(programmeId, unitId, 'placed', 'fen'),
      placedGrams: sum(programmeId, unitId, 'placed', 'grams'),
      countedFen: sum(programmeId, unitId, 'counted', 'fen'),
    }));
}

/** The declarations that a reach lists: the own units' and the organized ones'. */
export function unitsListed(reach: Reach): number[] | null {
  return reach.seesAll ? null : [...new Set([...reach.own, ...reach.organized])];
}
