import { randomUUID } from 'node:crypto';
import { type Actor, findActor } from '../../../../server/accounts/actor.ts';
import { NO_TENDERS, type Tenders } from '../../../../server/cart/tenders.ts';
import { submitOrder } from '../../../../server/checkout/submit-order.ts';
import type { FileStore } from '../../../../server/clients/file-store.ts';
import type { PrismaClient } from '../../../../server/db/client.ts';
import { inTransaction } from '../../../../server/db/in-transaction.ts';
import { cancelOrder } from '../../../../server/orders/cancel-order.ts';
import { decideRefund } from '../../../../server/orders/decide-refund.ts';
import { lockOrder } from '../../../../server/orders/lock-order.ts';
import { placeOrder } from '../../../../server/orders/place-order.ts';
import { receiveFulfilment } from '../../../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../../../server/orders/request-refund.ts';
import { reviewDelivery } from '../../../../server/orders/review-delivery.ts';
import { gatherParcel } from '../../../../server/payments/gather-parcel.ts';
import { recordTransfer } from '../../../../server/payments/record-transfer.ts';
import { externalMapping } from '../../../../server/quotas/external/external-mapping.ts';
import { importExternalPurchases } from '../../../../server/quotas/external/import-external-purchases.ts';
import { decideReAttribution } from '../../../../server/quotas/moves/decide-re-attribution.ts';
import { requestReAttribution } from '../../../../server/quotas/moves/request-re-attribution.ts';
import { reverseDisqualified } from '../../../../server/quotas/moves/reverse-disqualified.ts';
import { declareOfflinePurchase } from '../../../../server/quotas/offline/declare-offline-purchase.ts';
import { returnOfflinePurchase } from '../../../../server/quotas/offline/return-offline-purchase.ts';
import { verifyOfflinePurchase } from '../../../../server/quotas/offline/verify-offline-purchase.ts';
import { listProgrammes, type Programme } from '../../../../server/quotas/programme-list.ts';
import { closeProgramme } from '../../../../server/quotas/programmes/programme-close.ts';
import { openProgramme } from '../../../../server/quotas/programmes/programme-open.ts';
import { takeInChunk } from '../../../../server/quotas/programmes/programme-taking-in.ts';
import { foldTally } from '../../../../server/quotas/tally/fold-tally.ts';
import { addDays, type Day, dayToColumn, monthOf } from '../../../../server/shared/days.ts';
import { decideDisqualification } from '../../../../server/suppliers/decide-disqualification.ts';
import { proposeDisqualification } from '../../../../server/suppliers/propose-disqualification.ts';
import { placeTree } from '../../../../server/units/place-tree.ts';
import { aProduct } from '../../../world/products.ts';
import { aProgramme } from '../../../world/programmes.ts';
import { aSupplier } from '../../../world/suppliers.ts';
import { aUser } from '../../../world/users.ts';
import { makeWorld, type World } from '../../../world/world.ts';
import {
  type Funding,
  type Good,
  type Line,
  leftOf,
  Model,
  type ModelProgramme,
  type Parcel,
  type Purchase,
} from './model.ts';
import type { Rules, Step } from './steps.ts';

export const FIRST_DAY = '2026-03-02';
const FUNDING: Funding[] = ['individual', 'individual', 'canteen_budget', 'union_funds'];
const FOREVER = '2035-12-31';
/** off an order of so much and more, where the history has the campaign */
const DISCOUNT = { thresholdFen: 40_000, discountFen: 3_337 };
/** enough for any statement: what is too much stays with the transfer */
const A_FORTUNE = 100_000_000;
/** days since the last of which nothing of earlier histories is found by what looks for purchases by their day */
const OUT_OF_THE_WAY = '2000-01-01';
const HEADS = ['order', 'day', 'unit', 'funding', 'goods', 'category', 'origin', 'amount', 'weight'];
const COLUMNS = {
  ...{ orderNumber: 'order', purchasedOn: 'day', unit: 'unit', fundingSource: 'funding', goods: 'goods' },
  ...{ category: 'category', origin: 'origin', amount: 'amount', weight: 'weight' },
};

/** A market whose every step is played twice: by the market's own use cases, and in the model. */
export class PlayedMarket {
  day: Day = FIRST_DAY;
  model: Model = new Model([], new Map(), []);
  programmes: Programme[] = [];
  private invoices = 0;
  private seconds = 0;
  private draft = 0;
  private certification = 0;
  private goods: Good[] = [];
  private readonly disqualified = new Set<number>();
  private rules: Rules | null = null;
  /** the statements that were paid: payer, supplier and month */
  private paid = new Set<string>();

  private constructor(
    readonly db: PrismaClient,
    readonly world: World,
    /** those of every history; the last good is each history's own, so that it can be disqualified */
    private readonly lasting: Good[],
    private readonly buyers: { actor: Actor; unit: number; code: string }[],
    private readonly people: Record<'operator' | 'asking' | 'organizer' | 'certifier' | 'second', Actor>,
    private readonly codes: Map<number, { category: string; origin: string }>,
    private readonly platform: number,
    /** a file that stands for every declaration's evidence */
    private readonly paper: number,
    private readonly start: {
      positions: Awaited<ReturnType<PrismaClient['unitPosition']['findMany']>>;
      members: Awaited<ReturnType<PrismaClient['groupMember']['findMany']>>;
    },
  ) {}

  static async open(db: PrismaClient): Promise<PlayedMarket> {
    const world = await makeWorld(db, { now: noonOf(FIRST_DAY) });
    const { places, categories, units, users } = world;
    const goods: Good[] = [];
    const codes = new Map<number, { category: string; origin: string }>();
    for (const [place, county, category, priceFen, netGrams] of [
      [places.lianghe, 'xiushan', categories.tea, 12_800, 250],
      [places.chuanhe, 'xiushan', categories.rice, 6_010, 5_000],
      [places.shuanghe, 'wulong', categories.tea, 8_800, 250],
      [places.shuanghe, 'wulong', categories.chicken, 9_801, 1_500],
    ] as const) {
      const supplier = await aSupplier(db, { place });
      const stock = [{ quantity: 100_000_000, expiresOn: null }];
      const product = await aProduct(db, { supplier, category, priceFen, netGrams, stock });
      codes.set(product.id, { category: category.code, origin: place.code });
      goods.push({
        ...{ productId: product.id, supplierId: supplier.id, categoryId: category.id, originPlaceId: place.id, county },
        ...{ fen: priceFen, grams: netGrams },
      });
    }
    const grants = (['employee', 'buyer'] as const).map((role) => ({ role, unit: units.secondPrison }));
    const second = await aUser(db, { grants });
    const actorOf = async ({ id }: { id: number }) => (await findActor(db, id, FIRST_DAY)) as Actor;
    const buyers = await Promise.all(
      (
        [
          [users.buyer, units.bank],
          [users.prisonBuyer, units.firstPrison],
          [second, units.secondPrison],
          [users.dualBuyer, units.dual],
        ] as const
      ).map(async ([user, unit]) => ({ actor: await actorOf(user), unit: unit.id, code: unit.code })),
    );
    for (const { actor, unit: unitId } of buyers) {
      const years = Array.from({ length: 20 }, (_, at) => ({ userId: actor.id, unitId, year: 2026 + at }));
      await db.welfareAllowance.createMany({ data: years.map((year) => ({ ...year, amountFen: 1_000_000_000 })) });
      await db.pointBalance.create({ data: { userId: actor.id, points: 1_000_000_000 } });
    }
    const start = { positions: await db.unitPosition.findMany(), members: await db.groupMember.findMany() };
    const groups = [world.groups.commerce, world.groups.wulong];
    const organizer = await aUser(db, { grants: groups.map((group) => ({ role: 'organizer', group })) });
    const people = {
      operator: await actorOf(users.operator),
      asking: await actorOf(await aUser(db, { grants: [{ role: 'operator' }] })),
      organizer: await actorOf(organizer),
      certifier: await actorOf(users.certifier),
      second: await actorOf(await aUser(db, { grants: [{ role: 'certifier' }] })),
    };
    const platform = await db.externalPlatform.create({ data: { code: 'elsewhere', name: '别处', mapping: {} } });
    await db.campaign.create({
      data: {
        ...{ code: 'off', kind: 'threshold_discount', name: '满减（测试）', rule: DISCOUNT },
        ...{ startsAt: noonOf(OUT_OF_THE_WAY), endsAt: noonOf(OUT_OF_THE_WAY) },
      },
    });
    const paper = await db.file.create({ data: { sha256: '0'.repeat(64), name: '', mime: 'image/png', bytes: 1 } });
    return new PlayedMarket(db, world, goods, buyers, people, codes, platform.id, paper.id, start);
  }

  /** What the orders of this history hold of allowances and points, fen. */
  async tenders() {
    const orders = this.model.purchases.filter(({ kind }) => kind === 'order').map(({ id }) => id);
    const where = { orderId: { in: orders } };
    const [allowance, points] = await Promise.all([
      this.db.allowanceEntry.aggregate({ where, _sum: { fen: true } }),
      this.db.pointEntry.aggregate({ where: { ...where, kind: 'spent' }, _sum: { points: true } }),
    ]);
    return { allowance: 0 - (allowance._sum.fen ?? 0), points: 0 - (points._sum.points ?? 0) };
  }

  /** A new pair of programmes in the tree as it was at the beginning; what was before counts in others. */
  async begin(rules: Rules): Promise<void> {
    const { db, world } = this;
    this.day = FIRST_DAY;
    this.rules = rules;
    while ((await foldTally(db)) > 0);
    await this.#putAway();
    await this.#offerOwnGood();
    const endsAt = noonOf(rules.hasDiscount ? FOREVER : OUT_OF_THE_WAY);
    await db.campaign.updateMany({ data: { endsAt } });
    await db.unitPosition.deleteMany();
    await db.groupMember.deleteMany();
    await db.unitPosition.createMany({ data: this.start.positions });
    await db.groupMember.createMany({ data: this.start.members });
    const { commerce, wulong } = world.groups;
    const endsOn = addDays(FIRST_DAY, rules.lasts);
    const made: ModelProgramme[] = [];
    const open = async (
      terms: Omit<ModelProgramme, 'id' | 'groups' | 'counties'>,
      groups: (typeof commerce)[],
      counties: ('xiushan' | 'wulong')[],
      state: 'open' | 'draft' = 'open',
    ) => {
      const { startsOn, endsOn: last, countUntil, individualsBy, onAccountBy } = terms;
      const { id } = await aProgramme(db, {
        ...{ startsOn, endsOn: last, countUntil, participants: groups, assistedPlace: world.places.yongdong },
        ...{ origins: counties.map((county) => world.places[county]) },
        ...{ countIndividualBy: individualsBy, countOnAccountBy: onAccountBy, state },
      });
      made.push({ ...terms, id, groups: groups.map((group) => group.id), counties });
    };
    await open(
      { ...rules, startsOn: FIRST_DAY, endsOn, countUntil: addDays(endsOn, rules.grace) },
      [commerce],
      ['xiushan'],
    );
    const other = rules.individualsBy === 'payment' ? 'receipt' : 'payment';
    await open(
      {
        ...{ startsOn: '2026-01-01', endsOn: FOREVER, countUntil: FOREVER },
        ...{ individualsBy: other, onAccountBy: 'acceptance' },
      },
      [commerce, wulong],
      ['xiushan', 'wulong'],
    );
    const later = rules.onAccountBy === 'review' ? 'payment' : 'review';
    await open(
      {
        ...{ startsOn: '2026-02-20', endsOn: addDays(FIRST_DAY, 60), countUntil: addDays(FIRST_DAY, 75) },
        ...{ individualsBy: rules.individualsBy, onAccountBy: later },
      },
      [wulong, commerce],
      ['wulong', 'xiushan'],
      'draft',
    );
    this.draft = made[2]?.id ?? 0;
    const all = await listProgrammes(db, this.people.operator, FIRST_DAY);
    this.programmes = made.slice(0, 2).map(({ id }) => all.find((one) => one.id === id) as Programme);
    const positions = new Map<number, { since: string; parent: number | null }[]>();
    for (const { unitId, since, parentId } of this.start.positions)
      positions.set(unitId, [...(positions.get(unitId) ?? []), { since: dayIn(since), parent: parentId }]);
    const members = this.start.members.map(({ unitId, groupId, since, until }) => ({
      ...{ unit: unitId, group: groupId, since: dayIn(since), until: until && dayIn(until) },
    }));
    this.model = new Model(made, positions, members);
  }

  /** What is of earlier histories counts in drafts, and lies before any programme. */
  async #putAway(): Promise<void> {
    const { db } = this;
    const day = dayToColumn(OUT_OF_THE_WAY);
    await db.programme.updateMany({ data: { state: 'draft' } });
    await db.order.updateMany({ where: { placedOn: { gt: day } }, data: { placedOn: day } });
    for (const declared of [db.offlinePurchase, db.externalPurchase] as unknown as [typeof db.offlinePurchase])
      await declared.updateMany({ where: { purchasedOn: { gt: day } }, data: { purchasedOn: day } });
    await db.statement.updateMany({ data: { state: 'paid' } });
    const statements = await db.statement.findMany({
      select: { unitId: true, fundingSource: true, supplierId: true, startsOn: true },
    });
    this.paid = new Set(
      statements.map(
        ({ unitId, fundingSource, supplierId, startsOn }) =>
          `${unitId} ${fundingSource} ${supplierId} ${dayIn(startsOn)}`,
      ),
    );
  }

  async #offerOwnGood(): Promise<void> {
    const { db, world } = this;
    const { tea } = world.categories;
    const place = world.places.lianghe;
    const supplier = await aSupplier(db, { place });
    const wish = { supplier, category: tea, priceFen: 7_777, netGrams: 333, stock: 100_000 };
    const product = await aProduct(db, wish);
    const { id } = await db.certification.findFirstOrThrow({ where: { productId: product.id } });
    this.certification = id;
    this.codes.set(product.id, { category: tea.code, origin: place.code });
    const good = { productId: product.id, supplierId: supplier.id, categoryId: tea.id, originPlaceId: place.id };
    this.goods = [...this.lasting, { ...good, county: 'xiushan', fen: 7_777, grams: 333 }];
  }

  async play(step: Step): Promise<void> {
    this.seconds += 1;
    if (step.kind === 'pass') this.day = addDays(this.day, step.days);
    else if (step.kind === 'fold') await foldTally(this.db, step.most);
    else if (step.kind === 'buy') await this.#buy(step);
    else if (step.kind === 'receive') await this.#receive(step);
    else if (step.kind === 'refund') await this.#refund(step);
    else if (step.kind === 'cancel') await this.#cancel(step);
    else if (step.kind === 'move') await this.#move(step);
    else if (step.kind === 'reAttribute') await this.#reAttribute(step);
    else if (step.kind === 'declare') await this.#declare(step);
    else if (step.kind === 'import') await this.#import(step);
    else if (step.kind === 'lower') await this.#lower(step);
    else if (step.kind === 'review') await this.#review(step);
    else if (step.kind === 'pay') await this.#pay(step);
    else if (step.kind === 'disqualify') await this.#disqualify(step);
    else if (step.kind === 'open') await this.#open();
    else if (step.kind === 'close') await this.#close();
    else if (step.kind === 'verify' || step.kind === 'return') await this.#decide(step);
    else if (step.kind === 'join' || step.kind === 'leave') await this.#joinOrLeave(step);
  }

  get #now(): Date {
    return new Date(noonOf(this.day).getTime() + (this.seconds % 3600) * 1000);
  }

  async #buy(step: Extract<Step, { kind: 'buy' }>): Promise<void> {
    const { who, funding, lines: wished } = step;
    const { db } = this;
    const lines = wished.filter(({ good }) => !this.disqualified.has(this.#good(good).productId));
    if (lines.length === 0) return;
    const buyer = who % this.buyers.length;
    const { actor, unit } = this.buyers[buyer] as (typeof this.buyers)[number];
    const fundingSource = FUNDING[funding % FUNDING.length] as Funding;
    const isAlone = fundingSource === 'individual';
    const tenders = isAlone ? this.#tenders(step, lines) : NO_TENDERS;
    const id = await submitOrder(
      db,
      actor,
      {
        lines: lines.map(({ good, quantity }) => ({ productId: this.#good(good).productId, quantity })),
        ...{ unitId: unit, fundingSource, paymentWay: isAlone ? 'stripe' : 'on_account', channel: 'market' },
        ...{
          zoneId: null,
          note: null,
          recipient: '收货人',
          phone: '13800000000',
          region: '重庆市',
          address: '测试路 1 号',
        },
        ...{ checkoutKey: randomUUID(), expectedTotalFen: null, tenders },
      },
      this.#now,
    );
    await inTransaction(db, async (tx) => {
      const order = await lockOrder(tx, id);
      if (order.state === 'awaiting_payment') await placeOrder(tx, order, 'pay', this.#now);
    });
    const parcels = await db.fulfilment.findMany({
      where: { orderId: id },
      select: {
        id: true,
        lines: { orderBy: { id: 'asc' } },
      },
      orderBy: { id: 'asc' },
    });
    const told = parcels.map((parcel) =>
      parcelOf(
        parcel.id,
        parcel.lines.map(({ id: lineId, productId, quantity, payableFen, allowanceFen, pointsFen }) => {
          const good = this.goods.find((one) => one.productId === productId) as Good;
          const tender = { allowance: allowanceFen, points: pointsFen, of: payableFen };
          return { ...lineOf(lineId, good, quantity, payableFen), tender };
        }),
      ),
    );
    this.#checkTaken(told, tenders);
    this.model.buy({ id, buyer, unit, funding: fundingSource, parcels: told }, this.day);
  }

  /** So much of what the goods cost that day. */
  #tenders({ points = 0, allowance = 0 }: Extract<Step, { kind: 'buy' }>, lines: { good: number; quantity: number }[]) {
    const worth = lines.reduce((sum, { good, quantity }) => sum + this.#good(good).fen * quantity, 0);
    const costs = worth - this.#discountOf(worth);
    const pointsFen = Math.floor((costs * points) / 100);
    return { pointsFen, allowanceFen: Math.floor(((costs - pointsFen) * allowance) / 100) };
  }

  #discountOf(worth: number): number {
    return this.rules?.hasDiscount && worth >= DISCOUNT.thresholdFen ? DISCOUNT.discountFen : 0;
  }

  /** What of a discount or tender falls on which line is for the cart to say; all of it is taken, and nothing else. */
  #checkTaken(parcels: readonly Parcel[], { pointsFen, allowanceFen }: Tenders): void {
    const lines = parcels.flatMap((parcel) => parcel.lines);
    const worth = lines.reduce((sum, { good, quantity }) => sum + good.fen * quantity, 0);
    const payable = lines.reduce((sum, { left }) => sum + left.fen, 0);
    const off = this.#discountOf(worth);
    if (payable !== worth - off - pointsFen)
      throw new Error(`${worth} fen less ${off} and ${pointsFen} are not ${payable}`);
    const ofAllowance = lines.reduce((sum, { tender }) => sum + tender.allowance, 0);
    if (ofAllowance !== allowanceFen) throw new Error(`${ofAllowance} fen of lines are not ${allowanceFen}`);
  }

  async #receive({ pick, percent }: Extract<Step, { kind: 'receive' }>): Promise<void> {
    const open = this.#parcels().filter(
      ({ parcel, purchase }) => parcel.state === 'open' && !purchase.isOver && purchase.kind === 'order',
    );
    const chosen = open[pick % open.length];
    if (!chosen) return;
    const { purchase, parcel } = chosen;
    const left = parcel.lines.filter((line) => line.givenUp < line.quantity);
    const accepted = new Map(
      left.map((line, at) => [
        line.id,
        Math.floor(((line.quantity - line.givenUp) * (percent[at % percent.length] ?? 100)) / 100),
      ]),
    );
    const inputs = left.map((line) => {
      const acceptedQuantity = accepted.get(line.id) ?? 0;
      const missing = line.quantity - line.givenUp - acceptedQuantity;
      const shortQuantity = Math.floor(missing / 2);
      return { lineId: line.id, acceptedQuantity, shortQuantity, damagedQuantity: missing - shortQuantity };
    });
    await this.#ship(parcel);
    await receiveFulfilment(this.db, this.#actorOf(purchase), parcel.id, inputs, this.#now);
    this.model.receive(purchase, parcel, accepted, this.day);
    await this.#gather(purchase, parcel);
    parcel.statement = this.#firstUnpaid(purchase, parcel);
  }

  /** All at once from the batches that it was promised from. */
  async #ship({ id }: Parcel): Promise<void> {
    const promised = await this.db.lineAllocation.findMany({ where: { line: { fulfilmentId: id } } });
    await this.db.shipment.create({
      data: {
        ...{ fulfilmentId: id, carrier: '邮政', trackingNumber: `M${id}`, shippedAt: this.#now },
        lines: { create: promised.map((share) => ({ ...share, grams: 0 })) },
      },
    });
    await this.db.fulfilment.update({ where: { id }, data: { state: 'shipped', shippedAt: this.#now } });
  }

  async #gather({ funding }: Purchase, { id, state }: Parcel): Promise<void> {
    if (funding !== 'individual' && state === 'received') await gatherParcel(this.db, id);
  }

  /** The month of the first statement from this one on that still takes up what happens. */
  #firstUnpaid(purchase: Purchase, parcel: Parcel): Day {
    for (let month = monthOf(this.day); ; month = monthOf(addDays(month, 31)))
      if (!this.paid.has(this.#statementOf(purchase, parcel, month))) return month;
  }

  #statementOf({ buyer, funding }: Purchase, { lines }: Parcel, month: Day | null): string {
    return `${this.buyers[buyer]?.unit} ${funding} ${lines[0]?.good.supplierId} ${month}`;
  }

  async #review({ pick }: Extract<Step, { kind: 'review' }>): Promise<void> {
    const open = this.#parcels().filter(({ parcel }) => parcel.receivedOn !== null && parcel.reviewedOn === null);
    const chosen = open[pick % open.length];
    if (!chosen) return;
    const { purchase, parcel } = chosen;
    await reviewDelivery(this.db, this.#actorOf(purchase), parcel.id, { rating: 4, text: '测试' }, this.#now);
    this.model.review(purchase, parcel, this.day);
  }

  /** A statement is paid whole. */
  async #pay({ pick }: Extract<Step, { kind: 'pay' }>): Promise<void> {
    const owed = this.#parcels().filter(
      ({ purchase, parcel }) =>
        purchase.funding !== 'individual' &&
        parcel.lines.some(({ accepted, paidOn }) => paidOn === null && (accepted ?? 0) > 0),
    );
    const chosen = owed[pick % owed.length];
    if (!chosen) return;
    const key = this.#statementOf(chosen.purchase, chosen.parcel, chosen.parcel.statement);
    const [unitId = 0, , supplierId = 0] = key.split(' ').map(Number);
    const { referenceCode } = await this.db.statement.findFirstOrThrow({
      where: {
        ...{ unitId, supplierId, fundingSource: chosen.purchase.funding },
        startsOn: dayToColumn(chosen.parcel.statement ?? ''),
      },
    });
    const transfer = { referenceCode, bankReference: null, payerName: null, payerAccount: '6222000000000000000' };
    const money = { amountFen: A_FORTUNE, paidOn: this.day, remark: null };
    await recordTransfer(this.db, this.people.operator, { ...transfer, ...money }, this.#now);
    this.paid.add(key);
    for (const { purchase, parcel } of this.#parcels())
      if (parcel.statement && this.#statementOf(purchase, parcel, parcel.statement) === key)
        this.model.pay(purchase, parcel, this.day);
  }

  async #refund({ pick, line: at, quantity: wished }: Extract<Step, { kind: 'refund' }>): Promise<void> {
    const lines = this.#parcels().flatMap(({ purchase, parcel }) =>
      purchase.isOver || purchase.kind !== 'order' || parcel.state === 'over'
        ? []
        : parcel.lines.flatMap((line) => {
            const most = leftOf(line, parcel);
            return most > 0 ? [{ purchase, parcel, line, most }] : [];
          }),
    );
    const chosen = lines[(pick + at) % lines.length];
    if (!chosen) return;
    const { purchase, parcel, line, most } = chosen;
    const quantity = Math.min(wished, most);
    const request = { lines: [{ lineId: line.id, quantity }], reason: '测试', photos: [] };
    const parts = { db: this.db, files: {} as FileStore };
    const refundId = await requestRefund(parts, this.#actorOf(purchase), purchase.id, request, this.#now);
    const approval = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
    await decideRefund(this.db, this.people.operator, refundId, approval, this.#now);
    this.model.refund(purchase, parcel, line, quantity, this.day);
    await this.#gather(purchase, parcel);
  }

  async #cancel({ pick }: Extract<Step, { kind: 'cancel' }>): Promise<void> {
    const open = this.model.purchases.filter(
      ({ isOver, kind, parcels }) => !isOver && kind === 'order' && parcels.every(({ state }) => state === 'open'),
    );
    const purchase = open[pick % open.length];
    if (!purchase) return;
    await cancelOrder(this.db, this.#actorOf(purchase), purchase.id, '测试', this.#now);
    this.model.cancel(purchase, this.day);
  }

  /** Asked for by whoever may: an individual's by its buyer, a unit's by an operator; decided by another operator. */
  async #reAttribute({ pick, unit }: Extract<Step, { kind: 'reAttribute' }>): Promise<void> {
    const standing = this.model.purchases.filter(
      ({ isOver, parcels }) =>
        !isOver &&
        parcels.some((parcel) => parcel.state !== 'over' && parcel.lines.some((line) => leftOf(line, parcel) > 0)),
    );
    const purchase = standing[pick % standing.length];
    const { bank, firstPrison, secondPrison, dual, outside, insurer } = this.world.units;
    const to = [bank, firstPrison, secondPrison, dual, outside, insurer][unit % 6];
    if (!purchase || !to || purchase.unit === to.id) return;
    const { kind } = purchase;
    const asking = purchase.funding === 'individual' && kind === 'order' ? this.#actorOf(purchase) : this.people.asking;
    const asked = { purchase: { kind, id: purchase.id }, toUnit: to.code, reason: '测试', at: this.#now } as const;
    const id = await requestReAttribution(this.db, asking, asked);
    await decideReAttribution(this.db, this.people.operator, { id, approve: true, note: null, at: this.#now });
    this.model.reAttribute(purchase, to.id, this.day);
  }

  async #declare({ who, good: at, quantity, daysAgo }: Extract<Step, { kind: 'declare' }>): Promise<void> {
    const buyer = who % this.buyers.length;
    const { actor, unit, code } = this.buyers[buyer] as (typeof this.buyers)[number];
    const good = this.#good(at);
    const boughtOn = addDays(this.day, -daysAgo);
    const { category, origin } = this.codes.get(good.productId) as { category: string; origin: string };
    this.invoices += 1;
    const id = await declareOfflinePurchase(
      { db: this.db, files: {} as FileStore },
      actor,
      {
        ...{ unit: code, fundingSource: 'union_funds', isFromFarmer: false, sellerName: '农户（测试）' },
        ...{ sellerTaxNumber: 'TEST00000000001', invoiceNumber: `INV-${this.invoices}-${good.productId}` },
        ...{ invoiceFen: good.fen * quantity, purchasedOn: boughtOn },
        lines: [{ category, origin, goods: '测试', fen: good.fen * quantity, grams: good.grams * quantity }],
      },
      [],
      this.#now,
    );
    const { id: lineId } = await this.db.offlineLine.findFirstOrThrow({ where: { purchaseId: id } });
    await this.db.offlineEvidence.create({ data: { purchaseId: id, fileId: this.paper } });
    const parcels = [parcelOf(0, [lineOf(lineId, good, quantity)])];
    this.model.declare({ id, buyer, unit, funding: 'union_funds', parcels }, 'offline', boughtOn, this.day);
  }

  async #import({ who, good: at, quantity, daysAgo }: Extract<Step, { kind: 'import' }>): Promise<void> {
    const buyer = who % this.buyers.length;
    const { unit } = this.buyers[buyer] as (typeof this.buyers)[number];
    const good = this.#good(at);
    const boughtOn = addDays(this.day, -daysAgo);
    this.invoices += 1;
    const orderNumber = `E-${this.invoices}`;
    await this.#importList(orderNumber, { unit, good, quantity, boughtOn });
    const { id } = await this.db.externalPurchase.findFirstOrThrow({ where: { orderNumber } });
    const parcels = [parcelOf(0, [lineOf(id, good, quantity)])];
    this.model.declare({ id, buyer, unit, funding: 'canteen_budget', parcels }, 'external', boughtOn, this.day);
  }

  /** A later list of the platform tells less of an order, down to nothing. */
  async #lower({ pick, quantity: wished }: Extract<Step, { kind: 'lower' }>): Promise<void> {
    const known = this.model.purchases.filter(({ kind }) => kind === 'external');
    const purchase = known[pick % known.length];
    const line = purchase?.parcels[0]?.lines[0];
    if (!purchase || !line) return;
    const quantity = Math.min(wished, line.quantity);
    const { orderNumber } = await this.db.externalPurchase.findUniqueOrThrow({ where: { id: purchase.id } });
    const { unit } = this.buyers[purchase.buyer] as (typeof this.buyers)[number];
    await this.#importList(orderNumber, { unit, good: line.good, quantity, boughtOn: purchase.placedOn });
    this.model.lower(purchase, quantity, this.day);
  }

  async #importList(
    orderNumber: string,
    { unit, good, quantity, boughtOn }: { unit: number; good: Good; quantity: number; boughtOn: Day },
  ): Promise<void> {
    const [fen, grams] = [good.fen * quantity, good.grams * quantity];
    const yuan = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
    const kilograms = `${Math.floor(grams / 1000)}.${String(grams % 1000).padStart(3, '0')}`;
    const row = [orderNumber, boughtOn, '-', '-', '测试', '-', '-', yuan, kilograms];
    const lookups = {
      ...{ unit: () => unit, fundingSource: () => 'canteen_budget' as const },
      ...{ category: () => good.categoryId, origin: () => good.originPlaceId },
    };
    const mapping = externalMapping.parse({ heads: HEADS, columns: COLUMNS });
    const list = { platformId: this.platform, fileId: this.paper, rows: [HEADS, row], mapping, lookups };
    await importExternalPurchases(this.db, this.people.organizer, list, this.#now);
  }

  /** The history's own good turns out to be a fraud's, once. */
  async #disqualify({ daysAgo }: Extract<Step, { kind: 'disqualify' }>): Promise<void> {
    const { db } = this;
    const good = this.goods.at(-1) as Good;
    if (this.disqualified.has(good.productId)) return;
    const since = addDays(this.day, -daysAgo);
    const act = { certificationId: this.certification, reason: '测试', at: this.#now, places: await placeTree(db) };
    await proposeDisqualification(db, this.people.certifier, { ...act, since });
    await decideDisqualification(db, this.people.second, { ...act, approve: true });
    const after = (ms: number) => new Date(this.#now.getTime() + ms);
    for (const at of [after(0), after(0), after(61_000), after(61_000)])
      while ((await reverseDisqualified(db, at)) > 0);
    this.disqualified.add(good.productId);
    this.model.disqualify(good.productId, since, this.day);
  }

  /** The draft is opened and takes in what was before. */
  async #open(): Promise<void> {
    const { db, people } = this;
    if (this.programmes.some(({ id }) => id === this.draft)) return;
    await openProgramme(db, people.operator, this.draft, this.#now);
    while (await takeInChunk(db, this.draft, this.#now));
    this.model.open(this.draft);
    const all = await listProgrammes(db, people.operator, this.day);
    this.programmes = [...this.programmes, all.find(({ id }) => id === this.draft) as Programme];
  }

  /** Only the organizer of a group in which the unit stands today may decide; the declaration's own unit says which. */
  async #decide({ kind, pick }: Extract<Step, { kind: 'verify' | 'return' }>): Promise<void> {
    const open = this.model.purchases.filter(
      ({ kind: of, isOver, isVerified, buyer }) =>
        of === 'offline' && !isOver && (kind === 'return' || !isVerified) && this.#isOrganized(buyer),
    );
    const purchase = open[pick % open.length];
    if (!purchase) return;
    const act = { actor: this.people.organizer, purchaseId: purchase.id, at: this.#now };
    if (kind === 'verify') {
      await verifyOfflinePurchase(this.db, act);
      this.model.verify(purchase, this.day);
    } else {
      await returnOfflinePurchase(this.db, { ...act, reason: '测试' });
      this.model.cancel(purchase, this.day);
    }
  }

  #isOrganized(buyer: number): boolean {
    const chain = this.model.chainOf((this.buyers[buyer] as (typeof this.buyers)[number]).unit, this.day);
    return this.model.groupsOf(chain, this.day).length > 0;
  }

  /** Moves hold from the next day, so that a day's purchases all stand where the unit stood then. */
  async #move({ unit, parent }: Extract<Step, { kind: 'move' }>): Promise<void> {
    const { bank, bureau, firstPrison, secondPrison, dual, commission } = this.world.units;
    const unitId = [firstPrison, secondPrison, dual, bank][unit % 4]?.id as number;
    const parentId = [bureau.id, commission.id, null][parent % 3] as number | null;
    const since = addDays(this.day, 1);
    const known = this.model.positions.get(unitId) ?? [];
    if (known.some((position) => position.since === since)) return;
    const on = dayToColumn(since);
    await this.db.unitPosition.updateMany({ where: { unitId, until: null }, data: { until: on } });
    await this.db.unitPosition.create({ data: { unitId, parentId, since: on } });
    this.model.positions.set(unitId, [...known, { since, parent: parentId }]);
  }

  async #joinOrLeave({ kind, unit, group }: Extract<Step, { kind: 'join' | 'leave' }>): Promise<void> {
    const { bank, bureau, firstPrison, dual, outside } = this.world.units;
    const { commerce, wulong } = this.world.groups;
    const unitId = [bank, bureau, firstPrison, dual, outside][unit % 5]?.id as number;
    const groupId = [commerce, wulong][group % 2]?.id as number;
    const on = addDays(this.day, 1);
    const { memberships } = this.model;
    const mine = memberships.filter((one) => one.unit === unitId && one.group === groupId);
    const held = mine.find(({ until }) => until === null);
    if (kind === 'leave') {
      if (!held) return;
      held.until = on;
      const open = { unitId, groupId, until: null };
      await this.db.groupMember.updateMany({ where: open, data: { until: dayToColumn(on) } });
    } else if (!held && !mine.some(({ since }) => since === on)) {
      memberships.push({ unit: unitId, group: groupId, since: on, until: null });
      await this.db.groupMember.create({ data: { unitId, groupId, since: dayToColumn(on) } });
    }
  }

  #parcels(): { purchase: Purchase; parcel: Parcel }[] {
    return this.model.purchases.flatMap((purchase) => purchase.parcels.map((parcel) => ({ purchase, parcel })));
  }

  #good(at: number): Good {
    return this.goods[at % this.goods.length] as Good;
  }

  #actorOf({ buyer }: Purchase): Actor {
    return (this.buyers[buyer] as (typeof this.buyers)[number]).actor;
  }

  /** The first programme, once its period is over. */
  async #close(): Promise<void> {
    const [first] = this.programmes;
    if (!first || this.day <= first.endsOn || this.model.closed.has(first.id)) return;
    await closeProgramme(this.db, this.people.operator, first.id, this.#now);
    this.model.closed.add(first.id);
  }
}

function lineOf(id: number, good: Good, quantity: number, fen = good.fen * quantity): Line {
  return {
    ...{ id, good, quantity, left: { fen, grams: good.grams * quantity }, givenUp: 0, accepted: null, returned: 0 },
    ...{ paidOn: null, isDisqualified: false, standing: new Map(), tender: { allowance: 0, points: 0, of: fen } },
  };
}

function parcelOf(id: number, lines: Line[]): Parcel {
  return { id, lines, state: 'open', receivedOn: null, reviewedOn: null, statement: null };
}

function noonOf(day: Day): Date {
  return new Date(`${day}T04:00:00Z`);
}

function dayIn(column: Date): Day {
  return column.toISOString().slice(0, 10);
}
