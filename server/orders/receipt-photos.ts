import { pathTo } from '../paths.ts';
import type { Reader } from './order-labels.ts';

/** Links to what the receiver showed of a line's goods. */
export function photosOf(
  { t }: Reader,
  fulfilmentId: number,
  lines: readonly { photos: readonly { fileId: number }[] }[],
) {
  return lines
    .flatMap((line) => line.photos)
    .map(({ fileId }, index) => ({
      label: t('receiving:photo', { number: index + 1 }),
      href: pathTo('receiptPhoto', { id: fulfilmentId, fileId }),
    }));
}
