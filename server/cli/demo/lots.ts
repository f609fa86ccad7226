import { addDays, type Day, daysBetween, dayToColumn } from '../../shared/days.ts';
import { lastHarvest } from './fact-specifications.ts';
import type { Good } from './goods.ts';
import { randomFrom } from './random.ts';
import type { Tables } from './rows.ts';
import { atMinute, LONG_AGO, type World } from './world.ts';

export interface Share {
  batchId: number;
  quantity: number;
}

/** The batches: those on hand today, and earlier ones that came and went as they were ordered. */
export interface Lots {
  /** what can be promised of a good that is sold out today; endless for the others */
  left(good: Good, day: Day): number;
  hold(good: Good, day: Day, quantity: number, lineId: number, at: Date): Share[];
  release(shares: readonly Share[], lineId: number, at: Date): void;
  /** settles what was made, spoiled and is left; orders the movements by time */
  finish(): void;
}

interface Lot {
  id: number;
  row: Tables['batch'];
  good: Good;
  /** what orders may take of it; the rest stays on the shelf */
  reserve: number;
  /** made as much as was ordered of it */
  grows: boolean;
}

const CONFORMING = 0.9;
const INSPECTED = 0.2;
/** Share of a batch on hand that may have been sold already. */
const SOLD_OF_PRESENT = 0.3;

export function newLots({ rows, today }: World, goods: readonly Good[]): Lots {
  const random = randomFrom('lots');
  const movements: (Tables['stockMovement'] & { at: Date })[] = [];
  const present = new Map<number, Lot[]>();
  const past = new Map<string, Lot>();
  const lots = new Map<number, Lot>();
  const numbers = new Map<string, number>();

  const addLot = (
    good: Good,
    producedOn: Day,
    quantity: number,
    facts: { conformity: boolean; inspection: boolean; note: string | null },
  ): Lot => {
    const shelf = good.spec.shelfLifeDays;
    const prefix = `BF${producedOn.replaceAll('-', '').slice(2)}${String(good.id).padStart(4, '0')}`;
    const number = (numbers.get(prefix) ?? 0) + 1;
    numbers.set(prefix, number);
    const code = `${prefix}${String(number).padStart(2, '0')}`;
    const row: Tables['batch'] = {
      productId: good.id,
      traceCode: code,
      producedOn: dayToColumn(producedOn),
      expiresOn: shelf === null ? null : dayToColumn(addDays(producedOn, shelf)),
      quantity,
      available: 0,
      conformityNumber: facts.conformity ? `合格证-${code.slice(2)}` : null,
      note: facts.note,
      createdAt: atMinute(producedOn, 300),
    };
    const lot = { id: rows.add('batch', row), row, good, reserve: 0, grows: false };
    lots.set(lot.id, lot);
    if (facts.inspection)
      rows.add('inspectionReport', {
        batchId: lot.id,
        lab: '演示检验检测中心',
        number: `演示检-${code.slice(2)}`,
        issuedOn: dayToColumn(producedOn),
        passed: true,
        summary: '农药残留、重金属等项目均符合要求（演示）',
      });
    return lot;
  };

  for (const good of goods) {
    const { spec } = good;
    const made = spec.batches.map((batch) => {
      const lot = addLot(good, batch.producedOn, batch.quantity, batch);
      return { ...lot, reserve: Math.floor(batch.quantity * (spec.soldOut ? 1 : SOLD_OF_PRESENT)) };
    });
    for (const lot of made) lots.set(lot.id, lot);
    present.set(good.id, made);
    if (spec.comingBatch)
      addLot(good, spec.comingBatch.producedOn, spec.comingBatch.quantity, {
        conformity: false,
        inspection: false,
        note: null,
      }).row.createdAt = atMinute(today, 0);
  }

  const offered = (good: Good, day: Day) =>
    (present.get(good.id) ?? []).filter((lot) => lot.reserve > 0 && dayToColumn(day) >= lot.row.producedOn);

  const earlier = (good: Good, day: Day): Lot => {
    const span = lotSpan(good);
    const period = Math.floor(daysBetween(LONG_AGO, day) / span);
    const key = `${good.id} ${period}`;
    const known = past.get(key);
    if (known) return known;
    const facts = { conformity: random.chance(CONFORMING), inspection: random.chance(INSPECTED), note: null };
    const lot = { ...addLot(good, madeOn(good, addDays(LONG_AGO, period * span), period), 0, facts), grows: true };
    lots.set(lot.id, lot);
    past.set(key, lot);
    return lot;
  };

  return {
    left(good, day) {
      if (!good.spec.soldOut) return Number.POSITIVE_INFINITY;
      const lots = present.get(good.id) ?? [];
      const begun = lots.some((lot) => dayToColumn(day) >= lot.row.producedOn);
      return begun ? Math.max(0, ...offered(good, day).map((lot) => lot.reserve)) : Number.POSITIVE_INFINITY;
    },
    hold(good, day, quantity, lineId, at) {
      const lot = offered(good, day).find((candidate) => candidate.reserve >= quantity) ?? earlier(good, day);
      if (lot.grows) lot.row.quantity += quantity;
      else lot.reserve -= quantity;
      movements.push({ batchId: lot.id, event: 'held', source: 'line', sourceId: lineId, quantity: -quantity, at });
      return [{ batchId: lot.id, quantity }];
    },
    release(shares, lineId, at) {
      for (const { batchId, quantity } of shares)
        movements.push({ batchId, event: 'released', source: 'line', sourceId: lineId, quantity, at });
    },
    finish() {
      const sums = new Map<number, number>();
      for (const { batchId, quantity } of movements) sums.set(batchId, (sums.get(batchId) ?? 0) + quantity);
      for (const { id, row, good } of lots.values()) {
        const at = row.createdAt as Date;
        const move = (event: 'produced' | 'adjusted' | 'spoiled', quantity: number, when: Date) =>
          movements.push({ batchId: id, event, source: 'batch', sourceId: id, quantity, at: when });
        move('produced', row.quantity, at);
        let left = row.quantity + (sums.get(id) ?? 0);
        const spoiltOn = row.expiresOn && row.expiresOn <= dayToColumn(today) ? new Date(row.expiresOn) : null;
        const soldElsewhere = good.spec.soldOut && row.producedOn < dayToColumn(today);
        if (left > 0 && (spoiltOn || soldElsewhere)) {
          move(spoiltOn ? 'spoiled' : 'adjusted', -left, spoiltOn ?? atMinute(addDays(today, -1), 480));
          left = 0;
        }
        row.available = left;
      }
      movements.sort((a, b) => a.at.getTime() - b.at.getTime());
      for (const movement of movements) rows.add('stockMovement', movement);
    },
  };
}

/** For how many days one earlier lot was sold: fresh goods come often. */
function lotSpan({ spec }: Good): number {
  return Math.min(40, Math.max(1, Math.floor((spec.shelfLifeDays ?? 400) / 4)));
}

/** Harvested goods are of the last harvest, whenever they are sold; the others were made when their sale began. */
function madeOn({ spec }: Good, begun: Day, period: number): Day {
  const harvest = spec.batches.find((batch) => batch.harvest !== null)?.harvest;
  if (!harvest) return begun;
  const first = lastHarvest(harvest, begun);
  const later = addDays(first, (period % 4) * 9);
  return later <= begun ? later : first;
}
