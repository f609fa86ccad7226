import express, { type Router } from 'express';
import { PHOTO_FORMATS, type PhotoStore } from '../clients/photo-store.ts';
import { patterns } from '../paths.ts';

const NAME = /^([0-9a-f]{64})-(\d{1,4})\.(webp|jpg)$/;

/** Photos of goods for everybody; a name is a content, so it is kept for a year. */
export function photoRoutes({ photos }: { photos: PhotoStore }): Router {
  const router = express.Router();
  router.get(patterns.photo, async (req, res, next) => {
    const [, sha256 = '', width = '0', extension] = NAME.exec(String(req.params.file)) ?? [];
    const format = PHOTO_FORMATS.find((one) => one === extension);
    const path = format && (await photos.find(sha256, Number(width), format));
    if (!path) return next();
    res.type(format).set('Cache-Control', 'public, max-age=31536000, immutable');
    res.sendFile(path, { dotfiles: 'allow', cacheControl: false });
  });
  return router;
}
