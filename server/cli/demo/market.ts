import type { Channel, FundingSource, PaymentWay } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import type { People, PostalAddress } from './add-people.ts';
import type { Caps } from './caps.ts';
import type { Wish } from './compose-order.ts';
import type { Good } from './goods.ts';
import type { Lots } from './lots.ts';
import type { Fate } from './order-fate.ts';
import type { LineTally, Tally } from './tally.ts';
import type { UnionCaps } from './union-caps.ts';
import type { World } from './world.ts';

/** What is needed to write an order with everything that follows from it. */
export interface Market {
  world: World;
  people: People;
  goods: Good[];
  tally: Tally;
  lots: Lots;
  caps: Caps;
  unionCaps: UnionCaps;
  lineageOf: (unitId: number, day: Day) => { lineageId: number; groupIds: string };
  /** above this a unit's purchase needs approval, fen */
  thresholdOf: (unitId: number, funding: FundingSource) => number;
  /** what was accepted on account and is owed by statement */
  owed: Owed[];
  /** units of sale sold and not taken back, by product */
  sold: Map<number, number>;
}

export interface Owed {
  unitId: number;
  funding: FundingSource;
  supplierId: number;
  orderId: number;
  /** of goods */
  receiptLineId?: number;
  /** of freight: its parcel */
  fulfilmentId?: number;
  fen: number;
  grams: number;
  receivedAt: Date;
  tally: LineTally | null;
}

/** An order before it is written: what, for whom, and what will become of it. */
export interface Draft {
  buyerId: number;
  unitId: number | null;
  funding: FundingSource;
  way: PaymentWay;
  channel: Channel;
  zoneId: number | null;
  campaignId: number | null;
  agreementId: number | null;
  wishes: Wish[];
  submittedAt: Date;
  fate: Fate;
  to: PostalAddress;
  note: string | null;
  /** what its buyer asked back of its first line */
  refund?: DraftRefund;
}

export interface DraftRefund {
  quantity: number;
  state: 'requested' | 'refused' | 'paid';
  reason: string;
  answer: string | null;
  /** when it is asked for; a day by default */
  hoursAfterReceipt?: number;
}

export interface KeptLine {
  good: Good;
  fen: number;
}
