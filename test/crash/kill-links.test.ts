import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { createFileStore } from '../../server/clients/file-store.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import { confirmFulfilment } from '../../server/orders/confirm-fulfilment.ts';
import { answerShortage, confirmByLink, shipByLink } from '../../server/orders/links/act-by-link.ts';
import { issueLink } from '../../server/orders/links/issue-link.ts';
import type { Purpose } from '../../server/orders/links/link-purposes.ts';
import { tokenOf } from '../../server/orders/links/link-token.ts';
import { type OpenLink, openLink } from '../../server/orders/links/open-link.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { testDatabase } from '../setup/database.ts';
import { killedEverywhere, type Story } from './killed-everywhere.ts';

const DAY = '2026-06-15';
const now = new Date(`${DAY}T04:00:00Z`);
/** The bytes of photos lie outside the database and outlive the process that wrote them. */
const folder = mkdtempSync(join(tmpdir(), 'market-files-'));
const files = createFileStore(folder);

let url: string;
let market: Market;
let db: PrismaClient;
let supplier: Actor;

beforeAll(async () => {
  url = await testDatabase();
  market = await openMarket(DAY, { databaseUrl: url });
  db = market.app.db;
  await db.batch.updateMany({ data: { quantity: 1_000_000, available: 1_000_000 } });
  await db.stockMovement.updateMany({ where: { event: 'produced' }, data: { quantity: 1_000_000 } });
  await db.unitPayer.updateMany({ data: { approvalThresholdFen: 1_000_000_000, creditLimitFen: 10n ** 13n } });
  const found = await findActor(db, market.world.users.supplier.id, DAY);
  if (!found) throw new Error('no supplier');
  supplier = found;
});
afterAll(async () => {
  await market.app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function bought(): Promise<Placed> {
  const { products, units } = market.world;
  return market.buy('buyer', { lines: [{ productId: products.tea.id, quantity: 10 }], unit: units.bank });
}

const parcelOf = (order: Placed) => order.fulfilments[0]?.id ?? 0;

async function opened(fulfilmentId: number, purpose: Purpose): Promise<OpenLink> {
  const secret = market.app.container.config.sessionSecret;
  const id = await issueLink(db, supplier, { fulfilmentId, purpose }, now);
  return openLink(db, secret, tokenOf(secret, await db.signedLink.findUniqueOrThrow({ where: { id } })), now);
}

async function expectUsed({ link }: OpenLink): Promise<void> {
  expect(await db.signedLink.findUnique({ where: { id: link.id } })).toMatchObject({ usedAt: now });
  expect(await db.auditLine.count({ where: { action: 'link.use', subjectId: link.id } })).toBe(1);
}

const photoOf = (id: number) => ({ name: 'photo.png', mime: 'image/png', bytes: Buffer.from(`photo of ${id}`) });
const openLinks = (id: number) => db.signedLink.count({ where: { subjectId: id, purpose: 'ship', usedAt: null } });

/** A parcel of ten of which seven go, with a photo; the rest is given up, or follows. */
async function shipping(shortReason: string | null): Promise<Story> {
  const id = parcelOf(await bought());
  await confirmFulfilment(db, supplier, id, now);
  const link = await opened(id, 'ship');
  const { lineId, batchId } = await db.lineAllocation.findFirstOrThrow({ where: { line: { fulfilmentId: id } } });
  const head = { carrier: '邮政', trackingNumber: `L${id}`, temperatureDeci: 40 };
  const input = { ...head, lines: [{ lineId, batchId, quantity: 7 }] };
  return {
    act: (of) => shipByLink({ db: of, files }, link, { input, slip: photoOf(id), shortReason, kind: 'other' }, now),
    holds: async () => {
      const follows = shortReason === null;
      const parcel = await db.fulfilment.findUnique({
        where: { id },
        include: { shipments: { include: { slip: true } }, receipts: true },
      });
      expect(parcel?.state).toBe(follows ? 'partly_shipped' : 'shipped');
      expect(parcel?.shipments.map(({ slip }) => slip?.bytes)).toEqual([photoOf(id).bytes.length]);
      expect(parcel?.receipts.map(({ kind }) => kind)).toEqual(follows ? [] : ['rest']);
      expect(await openLinks(id)).toBe(follows ? 1 : 0);
      await expectUsed(link);
    },
  };
}

const STORIES: Record<string, () => Promise<Story>> = {
  'a parcel that is confirmed by a link': async () => {
    const id = parcelOf(await bought());
    const link = await opened(id, 'confirm');
    return {
      act: (of) => confirmByLink({ db: of, files }, link, now),
      holds: async () => {
        expect(await db.fulfilment.findUnique({ where: { id } })).toMatchObject({ state: 'confirmed' });
        expect(await openLinks(id)).toBe(1);
        await expectUsed(link);
      },
    };
  },
  'a part shipped by a link with a photo, the rest given up': () => shipping('雨水多，采得少'),
  'a part shipped by a link with a photo, the rest to follow': () => shipping(null),
  'a shortage that is contested by a link with a photo': async () => {
    const order = await bought();
    await market.deliver(order, 8);
    const link = await opened(parcelOf(order), 'shortage');
    const photos = [photoOf(order.id)];
    return {
      act: (of) => answerShortage({ db: of, files }, link, { text: '装车时点过数', photos }, now),
      holds: async () => {
        const disputes = await db.receiptDispute.findMany({
          where: { receiptId: link.link.subjectId },
          include: { messages: { include: { photos: true } } },
        });
        expect(disputes.map(({ messages }) => messages.map((said) => said.photos.length))).toEqual([[1]]);
        await expectUsed(link);
      },
    };
  },
  'a shortage that is agreed with by a link': async () => {
    const order = await bought();
    await market.deliver(order, 8);
    const link = await opened(parcelOf(order), 'shortage');
    return {
      act: (of) => answerShortage({ db: of, files }, link, { text: null, photos: [] }, now),
      holds: async () => expectUsed(link),
    };
  },
};

describe.each(Object.entries(STORIES))('%s', (name, prepare) => {
  it('is done with its link and photo or not at all wherever its process is killed, and can be done again', async () => {
    const before = await killedEverywhere({ url, container: market.app.container }, prepare, 'before');
    const after = await killedEverywhere({ url, container: market.app.container }, prepare, 'after commit');
    console.log(`${name}: killed before each of ${before} statements and after each of ${after} commits`);
    expect(before).toBeGreaterThan(2);
    expect(after).toBe(1);
    await market.settle();
    expect(await reconcile(url, (difference) => console.log(difference))).toBe(0);
  }, 240_000);
});
