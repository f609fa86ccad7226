import type { Request } from 'express';
import { nameOf } from '../catalog/catalog-reader.ts';
import type { ZoneNode } from '../catalog/zone-list.ts';
import { pathTo } from '../paths.ts';
import { groupBy } from '../shared/group-by.ts';

/** The zones that somebody fills, by kind in the order in which they show; those that are closed last. */
export function presentGroups(
  req: Pick<Request, 't' | 'locale'>,
  zones: readonly ZoneNode[],
  countOf: ReadonlyMap<number, number>,
) {
  const open = zones.filter(({ closedAt }) => closedAt === null);
  const closed = zones.filter(({ closedAt }) => closedAt !== null);
  const row = (zone: ZoneNode, index: number, all: readonly ZoneNode[]) => ({
    id: zone.id,
    name: nameOf(req.locale, zone),
    kindLabel: req.t(`zones:kinds.${zone.kind}`),
    unitName: zone.unit ? nameOf(req.locale, zone.unit) : undefined,
    href: pathTo('ownZone', { id: zone.id }),
    shopHref: pathTo('zone', { code: zone.code }),
    orderAction: zone.closedAt ? undefined : pathTo('zoneOrder', { id: zone.id }),
    count: countOf.get(zone.id) ?? 0,
    ...{ isFirst: index === 0, isLast: index === all.length - 1 },
  });
  return [
    ...[...groupBy(open, ({ kind }) => kind)].map(([kind, group]) => ({
      label: req.t(`zones:kinds.${kind}`),
      zones: group.map(row),
    })),
    ...(closed.length > 0 ? [{ label: req.t('zones:desk.closedOnes'), isClosed: true, zones: closed.map(row) }] : []),
  ];
}
