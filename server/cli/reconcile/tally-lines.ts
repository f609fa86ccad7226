import type { Difference } from './books.ts';
import type { Goods, Programme } from './what-qualifies.ts';
import type { Standing } from './who-takes-part.ts';

export interface Amount {
  fen: number;
  grams: number;
}

/** All that an entry copies, beside its amounts (rule 5). */
export interface Copied extends Omit<Goods, 'productId'> {
  unitId: number;
  fundingSource: string;
  channel: string;
}

export type TallyEvent = 'placed' | 'counted';

/** What the entries of one range of purchases come to: by programme, purchase, event and everything that they copy. */
export class TallyLines {
  readonly #sums = new Map<string, Amount>();

  add(
    programme: Pick<Programme, 'code'>,
    purchase: string,
    event: TallyEvent,
    copied: Copied,
    standing: Standing,
    { fen, grams }: Amount,
  ): void {
    if (fen === 0 && grams === 0) return;
    const { unitId, fundingSource, channel, categoryId, originPlaceId, supplierId } = copied;
    const told = `unit ${unitId} in ${standing.path} of groups ${standing.groups.join(' ') || 'none'}, ${fundingSource}, ${channel}`;
    const goods = `category ${categoryId}, origin ${originPlaceId}, supplier ${supplierId ?? 'none'}`;
    const key = `tally of ${programme.code}, ${purchase}, ${event} (${told}, ${goods})`;
    const sum = this.#sums.get(key);
    this.#sums.set(key, { fen: (sum?.fen ?? 0) + fen, grams: (sum?.grams ?? 0) + grams });
  }

  /** Where the entries found differ from these. */
  *comparedWith(found: TallyLines): Generator<Difference> {
    for (const what of new Set([...this.#sums.keys(), ...found.#sums.keys()])) {
      const expected = amountText(this.#sums.get(what));
      const there = amountText(found.#sums.get(what));
      if (expected !== there) yield { what, expected, found: there };
    }
  }
}

function amountText(amount: Amount | undefined): string {
  return amount && (amount.fen !== 0 || amount.grams !== 0) ? `${amount.fen} fen ${amount.grams} g` : 'nothing';
}

/** A row of `GROUP BY` everything that entries copy. */
export interface EntrySum extends Copied, Amount {
  programme: string;
  event: TallyEvent;
  path: string;
  groupIds: string;
}

export const ENTRY_SUM = `p.code AS programme, e.event, e.unitId, e.fundingSource, e.channel, e.categoryId, e.originPlaceId, e.supplierId,
  g.path, g.groupIds, SUM(e.fen) AS fen, SUM(e.grams) AS grams`;
export const ENTRY_GROUP = `p.code, e.event, e.unitId, e.fundingSource, e.channel, e.categoryId, e.originPlaceId, e.supplierId, g.path, g.groupIds`;

export function standingOfEntry({ path, groupIds }: Pick<EntrySum, 'path' | 'groupIds'>): Standing {
  return { path, groups: groupIds.split(',').filter(Boolean).map(Number) };
}
