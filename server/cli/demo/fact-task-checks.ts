import { declaredFen } from '../../quotas/targets/declaration-arithmetic.ts';
import type { DemoFacts } from './facts.ts';
import { type KnownCodes, missing, repeated } from './known-codes.ts';

export function taskFaults({ programmes, caps, zones, campaigns }: DemoFacts, known: KnownCodes): string[] {
  return [
    ...programmes.flatMap((programme) => [
      ...missing(known, 'group', programme.group, programme.code),
      ...missing(known, 'place', programme.assistedPlace, programme.code),
      ...programme.participants.flatMap((code) => missing(known, 'group', code, programme.code)),
      ...programme.origins.flatMap((code) => missing(known, 'place', code, programme.code)),
      ...programme.categories.flatMap((code) => missing(known, 'category', code, programme.code)),
      ...[...programme.exemptions, ...programme.declarations].flatMap((row) =>
        missing(known, 'unit', row.unit, programme.code),
      ),
      ...programme.targets.flatMap((target) => [
        ...missing(known, 'unit', target.unit, programme.code),
        ...missing(known, 'category', target.category, programme.code),
        ...missing(known, 'place', target.place, programme.code),
      ]),
      ...programme.declarations.flatMap((row) =>
        row.valueFen === declaredFen(row)
          ? []
          : [`${programme.code}: ${row.unit} declares ${row.valueFen}, not ${declaredFen(row)}`],
      ),
      ...repeated(
        programme.targets.map((t) => [t.unit, t.category, t.place, t.fundingSource, t.measure].join('/')),
        programme.code,
      ),
      ...(programme.startsOn < programme.endsOn && programme.endsOn <= programme.countUntil
        ? []
        : [`${programme.code}: its days are out of order`]),
    ]),
    ...caps.flatMap((cap) => [
      ...missing(known, 'product', cap.product, 'caps'),
      ...missing(known, 'programme', cap.programme, 'caps'),
      ...cap.allocations.flatMap((row) => missing(known, 'unit', row.unit, 'caps')),
    ]),
    ...zones.flatMap((zone) => [
      ...missing(known, 'place', zone.place, zone.code),
      ...missing(known, 'unit', zone.unit, zone.code),
      ...repeated(zone.products, zone.code),
      ...zone.products.flatMap((code) => missing(known, 'product', code, zone.code)),
    ]),
    ...campaigns.flatMap((campaign) => [
      ...missing(known, 'unit', campaign.unit, campaign.code),
      ...missing(known, 'zone', campaign.zone, campaign.code),
      ...missing(known, 'product', campaign.rule.giftProduct ?? null, campaign.code),
      ...(campaign.rule.redeem ?? []).flatMap((row) => missing(known, 'product', row.product, campaign.code)),
    ]),
  ];
}

export function accountFaults({ accounts }: DemoFacts, known: KnownCodes): string[] {
  return [
    ...repeated(
      accounts.accounts.map((account) => account.login),
      'accounts',
    ),
    ...accounts.accounts.flatMap((account) =>
      account.grants.flatMap((grant) => [
        ...missing(known, 'unit', grant.unit, account.login),
        ...missing(known, 'group', grant.group, account.login),
        ...missing(known, 'supplier', grant.supplier, account.login),
        ...missing(known, 'place', grant.place, account.login),
      ]),
    ),
    ...accounts.unitAddresses.flatMap((row) => missing(known, 'unit', row.unit, 'unit addresses')),
  ];
}
