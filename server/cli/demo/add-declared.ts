import { createHash } from 'node:crypto';
import type { FundingSource } from '../../db/generated/enums.ts';
import { addDays, type Day, dayToColumn } from '../../shared/days.ts';
import type { People } from './add-people.ts';
import { madeUpCreditCode } from './credit-code.ts';
import type { Receipt } from './draw-receipts.ts';
import { earlierPurchases } from './earlier-purchases.ts';
import { holdsOn } from './goods.ts';
import type { LineTally, Tally } from './tally.ts';
import { atMinute, earliest, type World } from './world.ts';

export interface Bought {
  unit: string;
  fundingSource: FundingSource;
  state: 'declared' | 'verified' | 'returned';
  purchasedOn: Day;
  declaredOn: Day;
  decidedOn: Day | null;
}

export interface BoughtLine {
  category: string;
  origin: string;
  supplier: string | null;
  fen: number;
  grams: number;
}

interface Means {
  world: World;
  people: People;
  tally: Tally;
  lineageOf: (unitId: number, day: Day) => { lineageId: number; groupIds: string };
  /** pictures for the purchases that the stories tell, in their order */
  receipts: readonly Receipt[];
}

/**
 * Offline and external purchases with their entries: placed by declaration, counted by verification, in the programme of the day of
 * purchase. Answers what they have counted for a unit in a programme.
 */
export function addDeclared(means: Means): (programme: string, unit: string) => number {
  const counted = new Map<string, number>();
  const note = (tallies: LineTally[], unit: string) => {
    for (const { standings } of tallies)
      for (const { programme, counted: sum } of standings) {
        const key = `${programme.facts.code} ${unit}`;
        counted.set(key, (counted.get(key) ?? 0) + sum.fen);
      }
  };
  for (const purchase of earlierPurchases(means.world)) addOffline(means, purchase);
  for (const [at, purchase] of means.world.facts.stories.offlinePurchases.entries())
    note(addOffline(means, toldOffline(purchase), means.receipts[at]), purchase.unit);
  addExternal(means, note);
  return (programme, unit) => counted.get(`${programme} ${unit}`) ?? 0;
}

export type Offline = Bought & {
  sellerName: string;
  sellerTaxNumber: string | null;
  invoiceNumber: string | null;
  invoiceFen: number;
  note: string;
  reason: string | null;
  /** bought from a farmer: a receipt in the place of an invoice */
  isFromFarmer?: boolean;
  lines: (BoughtLine & { goods: string })[];
};

function toldOffline(purchase: World['facts']['stories']['offlinePurchases'][number]): Offline {
  const { purchasedDaysAgo, declaredDaysAgo, decidedDaysAgo, ...rest } = purchase;
  return { ...rest, purchasedOn: purchasedDaysAgo, declaredOn: declaredDaysAgo, decidedOn: decidedDaysAgo };
}

function addOffline(means: Means, purchase: Offline, receipt?: Receipt): LineTally[] {
  const { rows, id, idOrNull } = means.world;
  const { sellerName, sellerTaxNumber, invoiceNumber, invoiceFen, fundingSource, state, note, reason } = purchase;
  const unitId = id('unit', purchase.unit);
  const declaredAt = atMinute(purchase.declaredOn, 590);
  const decidedAt = purchase.decidedOn === null ? null : atMinute(purchase.decidedOn, 905);
  const supplierId = idOrNull('supplier', purchase.lines[0]?.supplier ?? null);
  const purchaseId = rows.add('offlinePurchase', {
    unitId,
    fundingSource,
    state,
    sellerName,
    // A made-up code whose check character is right, so that what was returned can be corrected.
    sellerTaxNumber: sellerTaxNumber && madeUpCreditCode('93', supplierId ?? 0),
    isFromFarmer: purchase.isFromFarmer ?? false,
    invoiceNumber,
    invoiceFen,
    purchasedOn: dayToColumn(purchase.purchasedOn),
    note,
    declaredById: means.people.buyer(unitId),
    declaredAt,
    decidedById: decidedAt ? means.people.organizer : null,
    decidedAt,
    reason,
  });
  if (receipt) addReceipt(means, purchaseId, receipt, declaredAt);
  return purchase.lines.map((line) => {
    const lineId = rows.add('offlineLine', {
      purchaseId,
      categoryId: id('category', line.category),
      originPlaceId: id('place', line.origin),
      supplierId: idOrNull('supplier', line.supplier),
      goods: line.goods,
      fen: line.fen,
      grams: line.grams,
    });
    return count(means, purchase, line, { source: 'offline', sourceId: purchaseId, lineId, declaredAt, decidedAt });
  });
}

function addReceipt({ world: { rows } }: Means, purchaseId: number, receipt: Receipt, createdAt: Date): void {
  const { sha256, bytes } = receipt;
  const fileId = rows.add('file', {
    sha256,
    name: '凭证（演示）.png',
    mime: 'image/png',
    bytes: bytes.length,
    createdAt,
  });
  rows.add('offlineEvidence', { purchaseId, fileId });
}

interface Told {
  source: 'offline' | 'external';
  sourceId: number;
  lineId: number;
  declaredAt: Date;
  decidedAt: Date | null;
}

function count({ world, tally, lineageOf }: Means, bought: Bought, line: BoughtLine, told: Told): LineTally {
  const { id, idOrNull, rows, facts } = world;
  const unitId = id('unit', bought.unit);
  const supplier = facts.suppliers.find((row) => row.code === line.supplier);
  const { source, sourceId, lineId } = told;
  const placed = tally.place(
    {
      orderId: null,
      lineId,
      placedOn: bought.purchasedOn,
      ...lineageOf(unitId, bought.purchasedOn),
      unitId,
      fundingSource: bought.fundingSource,
      categoryId: id('category', line.category),
      categoryPath: rows.of('category')[id('category', line.category) - 1]?.path ?? '',
      originPlaceId: id('place', line.origin),
      originPath: rows.of('place')[id('place', line.origin) - 1]?.path ?? '',
      supplierId: idOrNull('supplier', line.supplier),
      channel: source,
      zoneId: null,
      certified: supplier === undefined || holdsOn(supplier.certification, bought.purchasedOn),
      fen: line.fen,
      grams: line.grams,
    },
    { source, sourceId, at: told.declaredAt },
  );
  const whole = { fen: line.fen, grams: line.grams };
  const at = told.decidedAt;
  if (bought.state === 'verified' && at)
    tally.count(placed, 'offline', 'verification', whole, { source, sourceId, at });
  if (bought.state === 'returned' && at) tally.reverse(placed, whole, { source, sourceId, at });
  return placed;
}

/** As the mapping's page saves it: which head is which part, and what words mean. */
function mappingOf(columns: Record<string, string>) {
  const weightUnit = columns.weight?.includes('公斤') ? 'kilograms' : 'grams';
  return {
    heads: Object.values(columns),
    columns,
    fixed: {},
    weightUnit,
    words: { category: { 粮油米面: 'rice', 生鲜蔬菜: 'vegetables' }, origin: {}, fundingSource: {} },
  };
}

function addExternal(means: Means, note: (tallies: LineTally[], unit: string) => void): void {
  const { facts, rows, id, today } = means.world;
  for (const { code, name, mapping, purchases } of facts.stories.externalPlatforms) {
    const platformId = rows.add('externalPlatform', { code, name, mapping: mappingOf(mapping) });
    const days = purchases.map((purchase) => purchase.purchasedDaysAgo).sort();
    const last = days.at(-1) ?? today;
    const at = atMinute(earliest(addDays(last, 4), today), 5);
    const text = JSON.stringify(purchases);
    const fileId = rows.add('file', {
      sha256: createHash('sha256').update(`${code}${text}`).digest('hex'),
      name: `${name}订单（演示）.csv`,
      mime: 'text/csv',
      bytes: Buffer.byteLength(text),
      byId: means.people.organizer,
      createdAt: at,
    });
    const importId = rows.add('externalImport', {
      platformId,
      fileId,
      byId: means.people.organizer,
      rows: purchases.length,
      at,
    });
    for (const purchase of purchases) {
      const { purchasedDaysAgo: purchasedOn, category, origin, unit, ...columns } = purchase;
      const sourceId = rows.add('externalPurchase', {
        ...columns,
        importId,
        platformId,
        unitId: id('unit', unit),
        purchasedOn: dayToColumn(purchasedOn),
        categoryId: id('category', category),
        originPlaceId: id('place', origin),
      });
      const { fundingSource, state } = columns;
      const bought = { unit, fundingSource, state, purchasedOn, declaredOn: purchasedOn, decidedOn: null };
      const line = { category, origin, supplier: null, fen: columns.fen, grams: columns.grams };
      note(
        [count(means, bought, line, { source: 'external', sourceId, lineId: sourceId, declaredAt: at, decidedAt: at })],
        unit,
      );
    }
  }
}
