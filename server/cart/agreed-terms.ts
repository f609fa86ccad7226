import type { FastTx } from '../db/sql.ts';
import type { Day } from '../shared/days.ts';
import type { Fen } from '../shared/money.ts';

/** Days before which agreed goods do not come. */
export interface AgreedDays {
  /** of a coming harvest, from which suppliers' lead times run */
  readyOn?: Day;
  /** that an offer names for its delivery */
  notBefore?: Day;
}

/**
 * What a buyer and a supplier agreed upon before the order: a binding offer, a framework agreement, a pre-order, a pool. Products named
 * in `prices` cost exactly that: tiers, minimum, multiple, the supplier's minimum and discounts have no say in them.
 */
export interface AgreedTerms {
  /** fen for one unit of sale, by product; what is not named is bought as ever */
  prices: ReadonlyMap<number, Fen>;
  /** fen of a whole parcel, by supplier; a supplier not named charges as ever */
  freight?: ReadonlyMap<number, Fen>;
  /** by product, the one batch that it is taken from, also before its harvest and out of season */
  batches?: ReadonlyMap<number, number>;
  /** when it can be shipped, and brought to a canteen */
  days?: AgreedDays;
  /** the pool whose case the order helps to fill */
  poolId?: number;
  /** Before anything of the order is written: locks what was agreed and throws a refusal when it holds no more. */
  claim?: (tx: FastTx) => Promise<void>;
  /** After the order's lines and before its stock: notes the order as what came of it. */
  note?: (tx: FastTx, orderId: number) => Promise<void>;
}
