import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { createFileStore } from '../../server/clients/file-store.ts';
import { createPhotoStore } from '../../server/clients/photo-store.ts';
import { dayOf } from '../../server/shared/days.ts';
import { addPhotos } from '../../server/workbench/photos/change-photos.ts';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { binary } from '../setup/zip.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'market-photos-'));
  app = await makeTestApp({ clock: () => now, env: { DATA_DIR: dataDir } });
  world = await makeWorld(app.db, { now });
  supplier = await personOf(app, 'supplier');
});
afterAll(async () => {
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A picture as a phone takes it: lying on its side, with where it was taken. */
const taken = (colour: string, width = 1600, height = 1200) =>
  sharp({ create: { width, height, channels: 3, background: colour } })
    .withExif({
      IFD0: { Make: 'Phone', Copyright: 'somebody' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '28/1 27/1 0/1' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

const family = () => world.products.tea.familyId;
const page = () => `/supplier/goods/${family()}/photos`;

async function upload(person: Person, ...files: { name: string; bytes: Buffer }[]) {
  const csrf = csrfFrom((await person.agent.get(page())).text);
  const form = person.agent.post(page()).field('_csrf', csrf);
  for (const { name, bytes } of files) form.attach('photos', bytes, name);
  const answer = await form;
  return { answer, after: await person.agent.get(page()) };
}

const kept = () =>
  app.db.productPhoto.findMany({ where: { familyId: family() }, orderBy: [{ sort: 'asc' }, { id: 'asc' }] });

describe('photos of goods', () => {
  it('are turned upright, freed of what the camera wrote, and served small for long', async () => {
    const { after } = await upload(supplier, { name: '茶.jpg', bytes: await taken('#3a7d44') });
    expect(after.text).toContain('照片已上传');
    const [photo] = await kept();
    expect(photo).toMatchObject({ width: 1200, height: 1600 });
    const { headers, body } = await app.visitor().get(`/photos/${photo?.sha256}-640.webp`).buffer(true).parse(binary);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toBe('image/webp');
    const variant = await sharp(body).metadata();
    expect(variant).toMatchObject({ format: 'webp', width: 640 });
    expect(variant.exif).toBeUndefined();
    const master = await app.db.file.findUniqueOrThrow({ where: { id: photo?.fileId ?? 0 } });
    expect(master.mime).toBe('image/jpeg');
  });

  it('stand on the card and the page with their size, and the drawing where there are none', async () => {
    const visitor = await personOf(app, null);
    const [photo] = await kept();
    const shown = (await visitor.open(`/products/${world.products.tea.id}`)).$('.gallery img');
    expect(shown.attr('srcset')).toBe(`/photos/${photo?.sha256}-320.jpg 320w, /photos/${photo?.sha256}-640.jpg 640w`);
    expect(shown.attr('width')).toBe('1200');
    expect(shown.attr('alt')).toBe('凉河白茶');
    const list = await visitor.open('/products?category=tea');
    expect(list.$(`.product-card img[src^="/photos/${photo?.sha256}"]`).attr('sizes')).toBeTruthy();
    const rice = await visitor.open(`/products/${world.products.rice.id}`);
    expect(rice.$('.product img').attr('src')).toContain('/illustrations/');
  });

  it('are refused by what they are, each by its name, and then none is kept', async () => {
    const before = (await kept()).length;
    const whole = await taken('#aa0000');
    const { after } = await upload(
      supplier,
      { name: 'good.jpg', bytes: await taken('#00aa00') },
      { name: 'virus.jpg', bytes: Buffer.from('#!/bin/sh') },
      { name: 'half.jpg', bytes: whole.subarray(0, Math.floor(whole.length / 3)) },
      {
        name: 'small.png',
        bytes: await sharp({ create: { width: 90, height: 900, channels: 3, background: '#fff' } })
          .png()
          .toBuffer(),
      },
    );
    expect(after.status).toBe(422);
    expect((await kept()).length).toBe(before);
    expect(after.text).toMatch(/virus\.jpg|half\.jpg|small\.png/);
  });

  it('keep their order, words and number, and go away with their files', async () => {
    await upload(
      supplier,
      { name: 'b.jpg', bytes: await taken('#445566') },
      { name: 'c.jpg', bytes: await taken('#665544') },
    );
    const [first, second] = await kept();
    if (!first || !second) throw new Error('no photos');
    await supplier.send(
      await supplier.open(page()),
      `form[action="/supplier/photos/${second.id}/order"]:has([value="earlier"])`,
      { to: 'earlier' },
    );
    expect((await kept())[0]?.id).toBe(second.id);
    await supplier.send(await supplier.open(page()), `form[action="/supplier/photos/${second.id}"]`, {
      alt: '晒青的茶叶',
      altEn: 'Tea drying',
    });
    const visitor = await personOf(app, null);
    expect((await visitor.open(`/products/${world.products.tea.id}`)).$('.gallery img').first().attr('alt')).toBe(
      '晒青的茶叶',
    );
    await supplier.send(await supplier.open(page()), `form[action="/supplier/photos/${second.id}/removal"]`);
    expect((await kept()).map(({ id }) => id)).not.toContain(second.id);
    expect((await app.visitor().get(`/photos/${second.sha256}-320.jpg`)).status).toBe(404);
    const many = await Promise.all(Array.from({ length: 7 }, (_, at) => taken(`#${at}${at}8822`)));
    const { after } = await upload(supplier, ...many.map((bytes, at) => ({ name: `${at}.jpg`, bytes })));
    expect(after.text).toContain('最多 8 张照片');
  });

  it('never are more than eight, also when two people send theirs at once', async () => {
    const { rice } = world.products;
    const photos = createPhotoStore(dataDir);
    const encoded: string[] = [];
    const encode: typeof photos.encode = async (photo) => {
      const done = await photos.encode(photo);
      encoded.push(photo.sha256);
      return done;
    };
    const parts = { db: app.db, files: createFileStore(dataDir), photos: { ...photos, encode } };
    const actor = await findActor(app.db, world.users.riceSupplier.id, dayOf(now));
    if (!actor) throw new Error('nobody');
    const send = async (...colours: string[]) =>
      addPhotos(
        parts,
        actor,
        rice.familyId,
        await Promise.all(colours.map(async (colour) => ({ name: 'x.jpg', bytes: await taken(colour) }))),
        now,
      );
    await send('#100000', '#200000', '#300000', '#400000', '#500000');
    const holder = await createConnection(connectionOptions(app.container.config.databaseUrl));
    try {
      await holder.beginTransaction();
      await holder.query('SELECT id FROM product_family WHERE id = ? FOR UPDATE', [rice.familyId]);
      const both = Promise.allSettled([send('#000010', '#000020'), send('#001000', '#002000')]);
      await untilWaiting(holder, 2);
      // Nobody else has to wait for what a processor does to them.
      expect(encoded).toHaveLength(9);
      await holder.commit();
      const outcomes = (await both).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.faults : 'kept'));
      expect(outcomes).toEqual(
        expect.arrayContaining(['kept', [{ path: 'photos', code: 'tooManyPhotos', values: { maximum: 8 } }]]),
      );
    } finally {
      await holder.end();
    }
    expect(await app.db.productPhoto.count({ where: { familyId: rice.familyId } })).toBe(7);
  });

  it('are not a stranger’s to change, and no path leads out of their folder', async () => {
    const other = await personOf(app, 'rice-supplier');
    await other.open(page(), 404);
    const [photo] = await kept();
    const csrf = csrfFrom((await other.agent.get('/supplier/goods/new')).text);
    const answer = await other.agent.post(`/supplier/photos/${photo?.id}/removal`).type('form').send({ _csrf: csrf });
    expect(answer.status).toBe(404);
    for (const name of ['..%2f..%2fpackage.json', `${photo?.sha256}-641.webp`, `${photo?.sha256}-640.png`])
      expect((await app.visitor().get(`/photos/${name}`)).status, name).toBe(404);
  });
});
