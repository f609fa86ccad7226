import type { Request } from 'express';
import { pathTo } from '../paths.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import type { ShownNotice } from './notice-queries.ts';

/** The data of `views/suppliers/notices.hbs`. */
export function presentNotices(
  { t, locale }: Pick<Request, 't' | 'locale'>,
  places: PlaceTree,
  notices: readonly ShownNotice[],
  { past, nextHref }: { past: boolean; nextHref: string | undefined },
) {
  return {
    title: t('suppliers:notices.title'),
    past,
    nextHref,
    tabs: [
      { label: t('suppliers:notices.current'), href: pathTo('notices'), current: !past },
      { label: t('suppliers:notices.past'), href: pathTo('notices', { past: 1 }), current: past },
    ],
    notices: notices.map((notice) => ({
      ...notice,
      ofLabel: t(notice.of === 'supplier' ? 'suppliers:notices.ofSupplier' : 'suppliers:notices.ofProduct'),
      name: (locale === 'en' && notice.nameEn) || notice.name,
      href: notice.isReachable ? subjectHref(notice) : undefined,
      placeName: placeName(places, notice.placeId, locale),
      objections: notice.objections.map(({ at, upheld, ...objection }) => ({
        ...objection,
        at: at.toISOString(),
        resultLabel:
          upheld === null ? undefined : t(upheld ? 'suppliers:notices.upheld' : 'suppliers:notices.notUpheld'),
      })),
    })),
  };
}

function subjectHref({ productId, supplierId }: ShownNotice): string {
  return productId === null ? pathTo('supplier', { id: supplierId }) : pathTo('product', { id: productId });
}
