import { randomUUID } from 'node:crypto';
import { type Actor, findActor } from '../../../server/accounts/actor.ts';
import { submitOrder } from '../../../server/checkout/submit-order.ts';
import type { FileStore } from '../../../server/clients/file-store.ts';
import type { PrismaClient } from '../../../server/db/client.ts';
import { inTransaction } from '../../../server/db/in-transaction.ts';
import { cancelOrder } from '../../../server/orders/cancel-order.ts';
import { decideRefund } from '../../../server/orders/decide-refund.ts';
import { lockOrder } from '../../../server/orders/lock-order.ts';
import { placeOrder } from '../../../server/orders/place-order.ts';
import { receiveFulfilment } from '../../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../../server/orders/request-refund.ts';
import { decideReAttribution } from '../../../server/quotas/decide-re-attribution.ts';
import { declareOfflinePurchase } from '../../../server/quotas/declare-offline-purchase.ts';
import { foldTally } from '../../../server/quotas/fold-tally.ts';
import { listProgrammes, type Programme } from '../../../server/quotas/programme-list.ts';
import { requestReAttribution } from '../../../server/quotas/request-re-attribution.ts';
import { returnOfflinePurchase } from '../../../server/quotas/return-offline-purchase.ts';
import { verifyOfflinePurchase } from '../../../server/quotas/verify-offline-purchase.ts';
import { addDays, type Day, dayToColumn } from '../../../server/shared/days.ts';
import { aProduct } from '../../world/products.ts';
import { aProgramme } from '../../world/programmes.ts';
import { aSupplier } from '../../world/suppliers.ts';
import { aUser } from '../../world/users.ts';
import { makeWorld, type World } from '../../world/world.ts';
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

/** A market whose every step is played twice: by the market's own use cases, and in the model. */
export class PlayedMarket {
  day: Day = FIRST_DAY;
  model: Model = new Model([], new Map(), []);
  programmes: Programme[] = [];
  private invoices = 0;

  private constructor(
    readonly db: PrismaClient,
    readonly world: World,
    readonly goods: Good[],
    private readonly buyers: { actor: Actor; unit: number; code: string }[],
    private readonly people: { operator: Actor; asking: Actor; organizer: Actor },
    private readonly codes: ReadonlyMap<number, { category: string; origin: string }>,
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
    const start = { positions: await db.unitPosition.findMany(), members: await db.groupMember.findMany() };
    const groups = [world.groups.commerce, world.groups.wulong];
    const organizer = await aUser(db, { grants: groups.map((group) => ({ role: 'organizer', group })) });
    const people = {
      operator: await actorOf(users.operator),
      asking: await actorOf(await aUser(db, { grants: [{ role: 'operator' }] })),
      organizer: await actorOf(organizer),
    };
    const paper = await db.file.create({ data: { sha256: '0'.repeat(64), name: '', mime: 'image/png', bytes: 1 } });
    return new PlayedMarket(db, world, goods, buyers, people, codes, paper.id, start);
  }

  /** A new pair of programmes in the tree as it was at the beginning; what was before counts in others. */
  async begin(rules: Rules): Promise<void> {
    const { db, world } = this;
    this.day = FIRST_DAY;
    while ((await foldTally(db)) > 0);
    await db.programme.updateMany({ data: { state: 'closed' } });
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
    ) => {
      const { startsOn, endsOn: last, countUntil, individualsBy, onAccountBy } = terms;
      const { id } = await aProgramme(db, {
        ...{ startsOn, endsOn: last, countUntil, participants: groups, assistedPlace: world.places.yongdong },
        ...{ origins: counties.map((county) => world.places[county]) },
        ...{ countIndividualBy: individualsBy, countOnAccountBy: onAccountBy },
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
    const all = await listProgrammes(db, this.people.operator, FIRST_DAY);
    this.programmes = made.map(({ id }) => all.find((one) => one.id === id) as Programme);
    const positions = new Map<number, { since: string; parent: number | null }[]>();
    for (const { unitId, since, parentId } of this.start.positions)
      positions.set(unitId, [...(positions.get(unitId) ?? []), { since: dayIn(since), parent: parentId }]);
    const members = this.start.members.map(({ unitId, groupId, since, until }) => ({
      ...{ unit: unitId, group: groupId, since: dayIn(since), until: until && dayIn(until) },
    }));
    this.model = new Model(made, positions, members);
  }

  async play(step: Step): Promise<void> {
    if (step.kind === 'pass') this.day = addDays(this.day, step.days);
    else if (step.kind === 'fold') await foldTally(this.db, step.most);
    else if (step.kind === 'buy') await this.#buy(step);
    else if (step.kind === 'receive') await this.#receive(step);
    else if (step.kind === 'refund') await this.#refund(step);
    else if (step.kind === 'cancel') await this.#cancel(step);
    else if (step.kind === 'move') await this.#move(step);
    else if (step.kind === 'reAttribute') await this.#reAttribute(step);
    else if (step.kind === 'declare') await this.#declare(step);
    else if (step.kind === 'verify' || step.kind === 'return') await this.#decide(step);
    else if (step.kind === 'join' || step.kind === 'leave') await this.#joinOrLeave(step);
  }

  get #now(): Date {
    return noonOf(this.day);
  }

  async #buy({ who, funding, lines }: Extract<Step, { kind: 'buy' }>): Promise<void> {
    const { db } = this;
    const buyer = who % this.buyers.length;
    const { actor, unit } = this.buyers[buyer] as (typeof this.buyers)[number];
    const fundingSource = FUNDING[funding % FUNDING.length] as Funding;
    const isAlone = fundingSource === 'individual';
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
        ...{ checkoutKey: randomUUID(), expectedTotalFen: null },
      },
      this.#now,
    );
    if (isAlone) await inTransaction(db, async (tx) => placeOrder(tx, await lockOrder(tx, id), 'pay', this.#now));
    const parcels = await db.fulfilment.findMany({
      where: { orderId: id },
      select: { id: true, lines: { select: { id: true, productId: true, quantity: true }, orderBy: { id: 'asc' } } },
      orderBy: { id: 'asc' },
    });
    const lineOf = (line: { id: number; productId: number; quantity: number }): Line => ({
      ...{ id: line.id, quantity: line.quantity, givenUp: 0, accepted: null, returned: 0, standing: new Map() },
      good: this.goods.find(({ productId }) => productId === line.productId) as Good,
    });
    const told = parcels.map(
      (parcel): Parcel => ({ id: parcel.id, state: 'open', receivedOn: null, lines: parcel.lines.map(lineOf) }),
    );
    this.model.buy({ id, buyer, unit, funding: fundingSource, parcels: told }, this.day);
  }

  async #receive({ pick, percent }: Extract<Step, { kind: 'receive' }>): Promise<void> {
    const open = this.#parcels().filter(
      ({ parcel, purchase }) => parcel.state === 'open' && !purchase.isOver && !purchase.isOffline,
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
    await this.db.fulfilment.update({ where: { id: parcel.id }, data: { state: 'shipped' } });
    await receiveFulfilment(this.db, this.#actorOf(purchase), parcel.id, inputs, this.#now);
    this.model.receive(purchase, parcel, accepted, this.day);
  }

  async #refund({ pick, line: at, quantity: wished }: Extract<Step, { kind: 'refund' }>): Promise<void> {
    const lines = this.#parcels().flatMap(({ purchase, parcel }) =>
      purchase.isOver || purchase.isOffline || parcel.state === 'over'
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
  }

  async #cancel({ pick }: Extract<Step, { kind: 'cancel' }>): Promise<void> {
    const open = this.model.purchases.filter(
      ({ isOver, isOffline, parcels }) => !isOver && !isOffline && parcels.every(({ state }) => state === 'open'),
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
    const kind = purchase.isOffline ? 'offline' : 'order';
    const asking = purchase.funding === 'individual' ? this.#actorOf(purchase) : this.people.asking;
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
    const line: Line = {
      ...{ id: lineId, good, quantity, givenUp: 0, accepted: null, returned: 0 },
      standing: new Map(),
    };
    const parcels: Parcel[] = [{ id: 0, state: 'open', receivedOn: null, lines: [line] }];
    this.model.declare({ id, buyer, unit, funding: 'union_funds', parcels }, boughtOn, this.day);
  }

  /** Only the organizer of a group in which the unit stands today may decide; the declaration's own unit says which. */
  async #decide({ kind, pick }: Extract<Step, { kind: 'verify' | 'return' }>): Promise<void> {
    const open = this.model.purchases.filter(
      ({ isOffline, isOver, isVerified, buyer }) =>
        isOffline && !isOver && (kind === 'return' || !isVerified) && this.#isOrganized(buyer),
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
}

function noonOf(day: Day): Date {
  return new Date(`${day}T04:00:00Z`);
}

function dayIn(column: Date): Day {
  return column.toISOString().slice(0, 10);
}
