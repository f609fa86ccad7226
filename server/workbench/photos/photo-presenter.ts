import type { Request } from 'express';
import { type Photo, presentPhoto } from '../../catalog/photos.ts';
import { pathTo } from '../../paths.ts';

/** A family's photos as its page at the workbench lists them. */
export function presentOwnPhotos({ locale }: Pick<Request, 'locale'>, photos: readonly (Photo & { id: number })[]) {
  return photos.map((photo, index) => ({
    id: photo.id,
    number: index + 1,
    photo: presentPhoto(locale, photo, ''),
    ...{ alt: photo.alt, altEn: photo.altEn },
    ...{ isFirst: index === 0, isLast: index === photos.length - 1 },
    wordsAction: pathTo('ownPhoto', { id: photo.id }),
    moveAction: pathTo('photoOrder', { id: photo.id }),
    removeAction: pathTo('photoRemoval', { id: photo.id }),
  }));
}
