import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { findActor, suppliersActedFor } from '../../accounts/actor.ts';
import { createFileStore } from '../../clients/file-store.ts';
import { createPhotoStore } from '../../clients/photo-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { dayOf } from '../../shared/days.ts';
import { addPhotos, describePhoto } from '../../workbench/photos/change-photos.ts';

const FAMILIES = 2;
const GROUNDS = ['#dfe8d4', '#f1e4cc'];

/** Pictures of some goods of the account `supplier`, drawn and saying that they are a demonstration; nobody's real photos. */
export async function showPhotos(db: PrismaClient, dataDir: string, now: Date): Promise<void> {
  const user = await db.user.findUnique({ where: { login: 'supplier' }, select: { id: true } });
  const actor = user && (await findActor(db, user.id, dayOf(now)));
  if (!actor) return;
  const families = await db.productFamily.findMany({
    where: { supplierId: { in: suppliersActedFor(actor) } },
    orderBy: { id: 'asc' },
    take: FAMILIES,
    include: { products: { take: 1, include: { category: { select: { illustration: true } } } } },
  });
  const parts = { db, files: createFileStore(dataDir), photos: createPhotoStore(dataDir) };
  for (const family of families) {
    const illustration = family.products[0]?.category.illustration ?? 'default';
    const uploads = await Promise.all(
      GROUNDS.map(async (ground, at) => ({ name: `${at + 1}.png`, bytes: await draw(illustration, ground, at) })),
    );
    await addPhotos(parts, actor, family.id, uploads, now);
    const photos = await db.productPhoto.findMany({ where: { familyId: family.id }, orderBy: { sort: 'asc' } });
    for (const { id, sort } of photos)
      await describePhoto(
        db,
        actor,
        id,
        { alt: `${family.name}（演示图 ${sort}）`, altEn: `${family.nameEn} (demonstration picture ${sort})` },
        now,
      );
  }
}

async function draw(illustration: string, ground: string, turn: number): Promise<Buffer> {
  const svg = await readFile(join(resolve('public'), 'illustrations', `${illustration}.svg`));
  const drawing = await sharp(svg, { density: 220 })
    .resize({ width: turn === 0 ? 1200 : 820 })
    .toBuffer();
  const words = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200"><text x="1550" y="1150" text-anchor="end" font-size="52" font-family="Noto Sans CJK SC, sans-serif" fill="#23342c" fill-opacity="0.5">演示图 DEMO</text></svg>`,
  );
  return sharp({ create: { width: 1600, height: 1200, channels: 3, background: ground } })
    .composite([{ input: drawing, gravity: turn === 0 ? 'centre' : 'west' }, { input: words }])
    .png()
    .toBuffer();
}
