import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PhotoStore } from '../../clients/photo-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { NotFound } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, keepRefused, read, takeRefused } from '../../web/forms.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { findOwnFamily } from '../goods/goods-queries.ts';
import { addPhotos, describePhoto, MOST_PHOTOS, movePhoto, removePhoto } from './change-photos.ts';
import { presentOwnPhotos } from './photo-presenter.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  photos: PhotoStore;
  clock: Clock;
}

const wordsForm = z.object({
  alt: z.string().trim().max(191).default(''),
  altEn: z.string().trim().max(191).default(''),
});
const moveForm = z.object({ to: z.enum(['earlier', 'later']) });
const FORM = 'photos';

/** A family's photos at the workbench. */
export function ownPhotoRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.familyPhotos, async (req, res) => {
    const family = await findOwnFamily(db, actorOf(req), idIn(req.params.id));
    const photos = await db.productPhoto.findMany({
      where: { familyId: family.id },
      orderBy: [{ sort: 'asc' }, { id: 'asc' }],
    });
    const refused = takeRefused(req, FORM);
    const familyHref = pathTo('supplierFamily', { id: family.id });
    res.status(refused ? 422 : 200).render('workbench/photos', {
      layout: 'work',
      title: req.t('workbench:photos.title'),
      currentPath: pathTo('supplierGoods'),
      breadcrumbs: [
        { label: req.t('workbench:list.title'), href: pathTo('supplierGoods') },
        { label: family.name, href: familyHref },
        { label: req.t('workbench:photos.title') },
      ],
      familyName: family.name,
      photos: presentOwnPhotos(req, photos),
      left: MOST_PHOTOS - photos.length,
      most: MOST_PHOTOS,
      action: pathTo('familyPhotos', { id: family.id }),
      backHref: familyHref,
      form: formView(req.t, ['photos'], {}, refused?.faults),
    });
  });

  router.post(patterns.familyPhotos, async (req, res) => {
    const id = idIn(req.params.id);
    await act(req, res, id, 'added', () => addPhotos(parts, actorOf(req), id, uploadsIn(req, 'photos'), clock()));
  });

  router.post(patterns.ownPhoto, (req, res) =>
    change(req, res, 'described', (id) => describePhoto(db, actorOf(req), id, read(wordsForm, req.body), clock())),
  );
  router.post(patterns.photoOrder, (req, res) =>
    change(req, res, 'moved', (id) =>
      movePhoto(db, actorOf(req), id, read(moveForm, req.body).to === 'earlier' ? -1 : 1, clock()),
    ),
  );
  router.post(patterns.photoRemoval, (req, res) =>
    change(req, res, 'removed', (id) => removePhoto(parts, actorOf(req), id, clock())),
  );

  return router;

  async function change(req: Request, res: Response, done: string, work: (id: number) => Promise<void>) {
    const id = idIn(req.params.id);
    const photo = await db.productPhoto.findUnique({ where: { id }, select: { familyId: true } });
    if (!photo) throw new NotFound();
    await act(req, res, photo.familyId, done, () => work(id));
  }

  async function act(req: Request, res: Response, familyId: number, done: string, work: () => Promise<void>) {
    try {
      await work();
      flash(req, 'success', req.t(`workbench:photos.${done}`));
    } catch (error) {
      const { faults } = refusedForm(error);
      keepRefused(req, FORM, {}, faults);
    }
    res.redirect(303, pathTo('familyPhotos', { id: familyId }));
  }
}
