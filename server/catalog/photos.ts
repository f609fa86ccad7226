import { widthsOf } from '../clients/photo-store.ts';
import { Prisma } from '../db/generated/client.ts';
import { pathTo } from '../paths.ts';
import type { Locale } from '../web/i18n.ts';
import { inLanguage } from './catalog-reader.ts';

/** A photo of a family's goods, as its columns hold it. */
export interface Photo {
  sha256: string;
  width: number;
  height: number;
  alt: string;
  altEn: string;
}

const columns = Prisma.sql`JSON_OBJECT('sha256', ph.sha256, 'width', ph.width, 'height', ph.height, 'alt', ph.alt, 'altEn', ph.altEn, 'sort', ph.sort, 'id', ph.id)`;

/** The first photo of the product `p` as JSON text; NULL where there is none. */
export const firstPhotoText = Prisma.sql`(SELECT ${columns} FROM product_photo ph WHERE ph.familyId = p.familyId ORDER BY ph.sort, ph.id LIMIT 1)`;

/** All of them as the text of a JSON list, in no order. */
export const photosText = Prisma.sql`(SELECT JSON_ARRAYAGG(${columns}) FROM product_photo ph WHERE ph.familyId = p.familyId)`;

type Told = Photo & { sort: number; id: number };

/** The photos in one of these columns, in their order. */
export function readPhotos(text: unknown): Photo[] {
  const value: unknown = typeof text === 'string' ? JSON.parse(text) : text;
  if (!value) return [];
  return ((Array.isArray(value) ? value : [value]) as Told[]).sort((a, b) => a.sort - b.sort || a.id - b.id);
}

/** A photo as `partials/media` shows it: its variants by width, and its own size so that nothing moves when it comes. */
export function presentPhoto(locale: Locale, photo: Photo | undefined, name: string) {
  if (!photo) return undefined;
  const { sha256, width, height } = photo;
  const widths = widthsOf(width);
  const variant = (size: number, format: string) => pathTo('photo', { file: `${sha256}-${size}.${format}` });
  const srcset = (format: string) => widths.map((size) => `${variant(size, format)} ${size}w`).join(', ');
  return {
    src: variant(widths[Math.min(1, widths.length - 1)] ?? width, 'jpg'),
    srcsetWebp: srcset('webp'),
    srcsetJpeg: srcset('jpg'),
    ...{ width, height },
    alt: inLanguage(locale, photo.alt, photo.altEn) || name,
  };
}
