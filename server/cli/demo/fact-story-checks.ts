import type { DemoFacts } from './facts.ts';
import { type KnownCodes, missing, repeated } from './known-codes.ts';

export function storyFaults({ stories }: DemoFacts, known: KnownCodes): string[] {
  const intentions = stories.matchingEvents.flatMap((event) => event.intentions);
  const external = stories.externalPlatforms.flatMap((platform) =>
    platform.purchases.map((purchase) => ({
      ...purchase,
      key: `${platform.code} ${purchase.orderNumber} ${purchase.lineNumber}`,
    })),
  );
  const offlineLines = stories.offlinePurchases.flatMap((purchase) => purchase.lines);
  const items = [
    ...stories.welfareRuns.flatMap((run) => run.packages.flatMap((welfarePackage) => welfarePackage.items)),
    ...stories.standingOrders.flatMap((order) => order.lines),
    ...stories.assistanceCalls,
    ...stories.complaints,
    ...stories.objections,
  ];
  const units = [
    ...intentions,
    ...external,
    ...stories.offlinePurchases,
    ...stories.helpedSales,
    ...stories.welfareRuns,
    ...stories.standingOrders,
  ];
  return [
    ...stories.matchingEvents.flatMap((event) => missing(known, 'place', event.place, 'stories')),
    ...units.flatMap((row) => missing(known, 'unit', row.unit, 'stories')),
    ...items.flatMap((row) => missing(known, 'product', row.product, 'stories')),
    ...[...intentions, ...offlineLines, ...stories.complaints, ...stories.objections].flatMap((row) =>
      missing(known, 'supplier', row.supplier, 'stories'),
    ),
    ...[...external, ...offlineLines].flatMap((row) => [
      ...missing(known, 'category', row.category, 'stories'),
      ...missing(known, 'place', row.origin, 'stories'),
    ]),
    ...stories.helpedSales.flatMap((row) => missing(known, 'campaign', row.campaign, 'stories')),
    ...repeated(
      external.map((purchase) => purchase.key),
      'external purchases',
    ),
    ...stories.offlinePurchases
      .filter((purchase) => purchase.lines.reduce((sum, line) => sum + line.fen, 0) > purchase.invoiceFen)
      .map((purchase) => `offline purchase of ${purchase.unit}: more than its invoice`),
  ];
}
