import type { Role } from '../db/generated/enums.ts';
import { type PathName, pathTo } from '../paths.ts';
import type { Translate } from '../web/i18n.ts';
import type { Actor } from './actor.ts';

interface Entry {
  path: PathName;
  icon: string;
  roles: readonly Role[];
  /** also stands in the strip on top of the shop's pages */
  inStrip?: boolean;
}

/** Where people work, by part of the work; labels are `common:work.<path>` and `common:workParts.<part>`. */
const PARTS: readonly { part: string; entries: readonly Entry[] }[] = [
  {
    part: 'quotas',
    entries: [
      { path: 'board', icon: 'board', roles: ['organizer', 'approver', 'buyer', 'operator'], inStrip: true },
      { path: 'bulletinDesk', icon: 'stamp', roles: ['organizer', 'operator'] },
      { path: 'targets', icon: 'wallet', roles: ['organizer', 'operator'] },
      { path: 'matchingEvents', icon: 'people', roles: ['organizer', 'operator'] },
      { path: 'declarations', icon: 'edit', roles: ['organizer', 'approver', 'buyer', 'operator'] },
    ],
  },
  {
    part: 'purchases',
    entries: [
      {
        path: 'offlinePurchases',
        icon: 'invoice',
        roles: ['organizer', 'approver', 'buyer', 'operator', 'work_team'],
        inStrip: true,
      },
      { path: 'externalPurchases', icon: 'download', roles: ['organizer', 'operator'] },
      { path: 'reAttributions', icon: 'repeat', roles: ['organizer', 'approver', 'buyer', 'operator'] },
      { path: 'helpedSales', icon: 'leaf', roles: ['organizer', 'approver', 'buyer', 'operator'] },
    ],
  },
  {
    part: 'rules',
    entries: [
      { path: 'programmes', icon: 'calendar', roles: ['organizer', 'operator'] },
      { path: 'caps', icon: 'scale', roles: ['organizer', 'operator'] },
      { path: 'units', icon: 'building', roles: ['organizer', 'operator'] },
      { path: 'approvalRules', icon: 'stamp', roles: ['approver'] },
      { path: 'invitations', icon: 'people', roles: ['approver'] },
      { path: 'passwordLinks', icon: 'shield', roles: ['approver', 'operator'] },
      { path: 'rights', icon: 'shield', roles: ['operator', 'approver', 'supplier'] },
      { path: 'pickupPoints', icon: 'pin', roles: ['approver', 'operator'] },
    ],
  },
  {
    part: 'buying',
    entries: [
      { path: 'purchaseLists', icon: 'edit', roles: ['buyer'], inStrip: true },
      { path: 'quickOrder', icon: 'upload', roles: ['buyer'] },
      { path: 'standingOrders', icon: 'repeat', roles: ['buyer'] },
      { path: 'quoteRequests', icon: 'scale', roles: ['buyer', 'approver'] },
      { path: 'agreements', icon: 'certificate', roles: ['buyer', 'approver', 'supplier', 'work_team'] },
      { path: 'welfareRuns', icon: 'people', roles: ['buyer', 'approver', 'employee'] },
      { path: 'allowances', icon: 'wallet', roles: ['approver', 'employee'] },
      { path: 'points', icon: 'wallet', roles: ['employee', 'operator'] },
      { path: 'expectedDeliveries', icon: 'box', roles: ['buyer', 'approver'] },
      { path: 'canteens', icon: 'building', roles: ['buyer', 'approver'] },
      { path: 'approvals', icon: 'stamp', roles: ['approver'], inStrip: true },
      { path: 'statements', icon: 'invoice', roles: ['buyer', 'approver', 'supplier', 'operator'] },
      { path: 'payers', icon: 'certificate', roles: ['buyer', 'approver'] },
      { path: 'transfers', icon: 'wallet', roles: ['operator'] },
      { path: 'failedRefunds', icon: 'alert', roles: ['operator'] },
      { path: 'finance', icon: 'scale', roles: ['operator', 'approver', 'supplier'] },
      { path: 'invoices', icon: 'invoice', roles: ['supplier'] },
      { path: 'orders', icon: 'orders', roles: ['employee', 'buyer', 'approver', 'organizer'] },
    ],
  },
  {
    part: 'selling',
    entries: [
      { path: 'traceLabels', icon: 'qr', roles: ['supplier', 'work_team'] },
      { path: 'supplierFulfilments', icon: 'truck', roles: ['supplier', 'work_team'], inStrip: true },
      { path: 'supplierGoods', icon: 'box', roles: ['supplier', 'work_team'] },
      { path: 'supplierStock', icon: 'grid', roles: ['supplier', 'work_team'] },
      { path: 'supplierReviews', icon: 'edit', roles: ['supplier', 'work_team'] },
      { path: 'supplierShop', icon: 'shop', roles: ['supplier', 'work_team'] },
      { path: 'supplierMarks', icon: 'certificate', roles: ['supplier', 'work_team'] },
      { path: 'supplierHarvests', icon: 'leaf', roles: ['supplier', 'work_team'] },
      { path: 'supplierQuotes', icon: 'scale', roles: ['supplier', 'work_team'] },
      { path: 'recallArrivals', icon: 'repeat', roles: ['supplier', 'work_team'] },
      { path: 'refunds', icon: 'wallet', roles: ['supplier', 'work_team', 'operator'] },
      { path: 'disputes', icon: 'alert', roles: ['supplier', 'work_team', 'operator', 'buyer'] },
      { path: 'workTeam', icon: 'people', roles: ['work_team'], inStrip: true },
    ],
  },
  {
    part: 'market',
    entries: [
      { path: 'admin', icon: 'tools', roles: ['operator'], inStrip: true },
      { path: 'flaggedPrices', icon: 'scale', roles: ['operator'] },
      { path: 'campaigns', icon: 'leaf', roles: ['operator'] },
      { path: 'categories', icon: 'grid', roles: ['operator'] },
      { path: 'brandDesk', icon: 'certificate', roles: ['operator'] },
      { path: 'placeDesk', icon: 'pin', roles: ['operator'] },
      { path: 'zoneDesk', icon: 'shop', roles: ['operator', 'buyer', 'approver'] },
      { path: 'searchWords', icon: 'search', roles: ['operator'] },
      { path: 'holidays', icon: 'calendar', roles: ['operator'] },
      { path: 'auditTrail', icon: 'shield', roles: ['operator'] },
      { path: 'unsold', icon: 'clock', roles: ['supplier', 'work_team', 'operator', 'organizer'] },
      { path: 'recalls', icon: 'alert', roles: ['supplier', 'work_team', 'certifier', 'operator'] },
      { path: 'certifications', icon: 'certificate', roles: ['certifier', 'operator'], inStrip: true },
      { path: 'markDesk', icon: 'leaf', roles: ['certifier', 'operator'] },
      { path: 'applications', icon: 'stamp', roles: ['certifier', 'work_team', 'supplier'], inStrip: true },
    ],
  },
];

/** The links to a person's work, by part, for the side navigation and the strip; empty for who only shops. */
export function workNavOf(actor: Actor, t: Translate) {
  const roles = new Set(actor.grants.map((grant) => grant.role));
  return PARTS.flatMap(({ part, entries }) => {
    const links = entries
      .filter((entry) => entry.roles.some((role) => roles.has(role)))
      .map(({ path, icon, inStrip = false }) => ({
        label: t(`common:work.${path}`),
        href: pathTo(path),
        icon,
        inStrip,
      }));
    return links.length > 0 ? [{ title: t(`common:workParts.${part}`), links }] : [];
  });
}
