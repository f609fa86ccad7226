import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { EncodedPhoto, NormalPhoto, PhotoStore } from '../../clients/photo-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { BadInput, type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';
import { checkedUpload, type Upload } from '../../web/uploads.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  photos: PhotoStore;
}

export const MOST_PHOTOS = 8;
/** Smaller ones look bad at any size. */
export const LEAST_SIDE = 300;

/**
 * Adds photos to an own family, in their order: what each is, its bytes say; it is turned upright, freed of what the camera wrote
 * (place, device), and kept in the sizes that pages show. All or none; every unfit one is named. Refuses another's family with 404.
 */
export async function addPhotos(
  { db, files, photos }: Parts,
  actor: Actor,
  familyId: number,
  uploads: readonly Upload[],
  at: Date,
): Promise<void> {
  await findOwn(db, actor, familyId);
  const normal = await normalized(photos, uploads);
  freshOf(await keptOf(db, familyId), normal);
  // Seconds of a processor's work: before the family's row is held, which everybody else who changes it waits for.
  const encoded: EncodedPhoto[] = [];
  for (const photo of normal) encoded.push(await photos.encode(photo));
  await inTransaction(db, async (tx) => {
    const family = await lockFamily(tx, actor, familyId);
    const kept = await keptOf(tx, familyId);
    const fresh = freshOf(kept, encoded);
    let sort = Math.max(0, ...kept.map((photo) => photo.sort));
    for (const photo of fresh) {
      sort += 1;
      await photos.keep(photo);
      const { sha256, bytes, mime, width, height } = photo;
      const fileId = await files.keep(tx, { name: `${sha256}.jpg`, mime, bytes }, actor.id);
      await tx.productPhoto.create({ data: { familyId, fileId, sort, sha256, width, height }, select: { id: true } });
    }
    await note(tx, actor, family, 'photo.add', { photos: fresh.map(({ sha256 }) => sha256.slice(0, 12)) }, at);
  });
}

type KeptPhoto = Awaited<ReturnType<typeof keptOf>>[number];

function keptOf(db: PrismaClient | Tx, familyId: number) {
  return db.productPhoto.findMany({ where: { familyId }, select: { sha256: true, sort: true } });
}

/** Those of the pictures that are not there yet, each once. Refuses more than a family may have (422). */
function freshOf<T extends NormalPhoto>(kept: readonly KeptPhoto[], photos: readonly T[]): T[] {
  const fresh = photos.filter(
    ({ sha256 }, index) =>
      !kept.some((photo) => photo.sha256 === sha256) && photos.findIndex((one) => one.sha256 === sha256) === index,
  );
  if (kept.length + fresh.length > MOST_PHOTOS)
    throw new RuleRefusal('badInput', [{ path: 'photos', code: 'tooManyPhotos', values: { maximum: MOST_PHOTOS } }]);
  return fresh;
}

async function normalized(photos: PhotoStore, uploads: readonly Upload[]): Promise<NormalPhoto[]> {
  if (uploads.length === 0) throw new BadInput([{ path: 'photos', code: 'choosePhotos' }]);
  const faults: Fault[] = [];
  const normal: NormalPhoto[] = [];
  for (const upload of uploads) {
    const refused = await checkedUpload(upload, 'photo', 'photos').then(
      () => null,
      (error: unknown) => {
        if (error instanceof BadInput) return error.faults;
        throw error;
      },
    );
    if (refused) {
      faults.push(...refused);
      continue;
    }
    const photo = await photos.normalize(upload.bytes);
    const values = { name: upload.name, pixels: LEAST_SIDE };
    if (!photo) faults.push({ path: 'photos', code: 'unreadablePhoto', values });
    else if (Math.min(photo.width, photo.height) < LEAST_SIDE)
      faults.push({ path: 'photos', code: 'photoTooSmall', values });
    else normal.push(photo);
  }
  if (faults.length > 0) throw new BadInput(faults);
  return normal;
}

/** Says what a photo shows, in both languages. */
export async function describePhoto(
  db: PrismaClient,
  actor: Actor,
  id: number,
  words: { alt: string; altEn: string },
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { family, photo } = await lockPhoto(tx, actor, id);
    await tx.productPhoto.update({ where: { id }, data: words, select: { id: true } });
    await note(tx, actor, family, 'photo.describe', { photo: photo.sha256.slice(0, 12), ...words }, at);
  });
}

/** Moves a photo one place forward or back; the first is the one that lists show. */
export async function movePhoto(db: PrismaClient, actor: Actor, id: number, by: -1 | 1, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { family, photo } = await lockPhoto(tx, actor, id);
    const all = await tx.productPhoto.findMany({
      where: { familyId: family.id },
      orderBy: [{ sort: 'asc' }, { id: 'asc' }],
      select: { id: true },
    });
    const from = all.findIndex((one) => one.id === id);
    const to = Math.min(all.length - 1, Math.max(0, from + by));
    const moved = all.filter((one) => one.id !== id).toSpliced(to, 0, { id });
    for (const [sort, one] of moved.entries())
      await tx.productPhoto.update({ where: { id: one.id }, data: { sort: sort + 1 }, select: { id: true } });
    await note(tx, actor, family, 'photo.move', { photo: photo.sha256.slice(0, 12), to: to + 1 }, at);
  });
}

/** Takes a photo away, and its variants where nobody else shows the same picture. */
export async function removePhoto({ db, photos }: Omit<Parts, 'files'>, actor: Actor, id: number, at: Date) {
  const sha256 = await inTransaction(db, async (tx) => {
    const { family, photo } = await lockPhoto(tx, actor, id);
    await tx.productPhoto.delete({ where: { id }, select: { id: true } });
    await note(tx, actor, family, 'photo.remove', { photo: photo.sha256.slice(0, 12) }, at);
    return photo.sha256;
  });
  const others = await db.productPhoto.count({ where: { sha256 } });
  if (others === 0) await photos.forget(sha256);
}

async function findOwn(db: PrismaClient | Tx, actor: Actor, familyId: number) {
  const family = await db.productFamily.findUnique({
    where: { id: familyId },
    select: { id: true, supplier: { select: { id: true, name: true } } },
  });
  if (!family || !suppliersServedBy(actor).includes(family.supplier.id)) throw new NotFound();
  return family;
}

async function lockFamily(tx: Tx, actor: Actor, familyId: number) {
  await tx.$queryRaw`SELECT id FROM product_family WHERE id = ${familyId} FOR UPDATE`;
  return findOwn(tx, actor, familyId);
}

async function lockPhoto(tx: Tx, actor: Actor, id: number) {
  const found = await tx.productPhoto.findUnique({ where: { id }, select: { familyId: true } });
  if (!found) throw new NotFound();
  const family = await lockFamily(tx, actor, found.familyId);
  const photo = await tx.productPhoto.findUnique({ where: { id } });
  if (!photo) throw new NotFound();
  return { family, photo };
}

type Family = Awaited<ReturnType<typeof findOwn>>;

function note(
  tx: Tx,
  actor: Actor,
  family: Family,
  action: string,
  after: Record<string, string | number | string[]>,
  at: Date,
) {
  return audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, family.supplier) },
    ...{ action, subjectType: 'family', subjectId: family.id, after },
  });
}
