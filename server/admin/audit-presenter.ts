import type { Request } from 'express';
import { pathTo } from '../paths.ts';
import { formatYuan } from '../shared/money.ts';
import { weightText } from '../web/handlebars.ts';
import type { Translate } from '../web/i18n.ts';
import { type AuditFilter, isLimited, SEARCHED_DAYS, type ShownAuditLine } from './audit-queries.ts';

/** Kinds of things to filter by; others are found by a line's own link. */
const SUBJECTS = [
  'order',
  'fulfilment',
  'payment',
  'certification',
  'product',
  'supplier',
  'unit',
  'user',
  'api_token',
];

const PAGES: Record<string, 'order' | 'certification'> = { order: 'order', certification: 'certification' };

interface Change {
  key: string;
  before?: string;
  after?: string;
}

/** The data of `views/admin/audit.hbs`. */
export function presentAudit(
  { t, locale }: Pick<Request, 't' | 'locale'>,
  filter: AuditFilter,
  { lines, nextCursor }: { lines: readonly ShownAuditLine[]; nextCursor: string | null },
) {
  const { action, subjectType, subjectId, person, day } = filter;
  const chosen = { action, subjectType, subjectId, person, day };
  const subjects = subjectType && !SUBJECTS.includes(subjectType) ? [...SUBJECTS, subjectType] : SUBJECTS;
  return {
    title: t('admin:audit.title'),
    breadcrumbs: [{ label: t('admin:dashboard.title'), href: pathTo('admin') }, { label: t('admin:audit.title') }],
    filters: {
      ...chosen,
      subjectType: subjectType ?? '',
      subjectChoices: subjects.map((value) => ({ value, label: subjectLabel(t, value) })),
      clearHref: Object.values(chosen).some((value) => value !== undefined) ? pathTo('auditTrail') : undefined,
    },
    limitedText: isLimited(filter) ? t('admin:audit.limited', { days: SEARCHED_DAYS }) : undefined,
    lines: lines.map((line) => ({
      id: line.id,
      at: line.at,
      actor: line.actor && { ...line.actor, href: pathTo('auditTrail', { person: line.actor.login }) },
      onBehalfOf: line.onBehalfOf,
      action: line.action,
      actionLabel: t(`admin:actions.${line.action}`, { defaultValue: line.action }),
      actionHref: pathTo('auditTrail', { action: line.action, day }),
      subjectLabel: `${subjectLabel(t, line.subjectType)} ${line.subjectId}`,
      subjectHref: pathTo('auditTrail', { subjectType: line.subjectType, subjectId: line.subjectId }),
      pageHref: pageOf(line),
      unitName: (locale === 'en' && line.unitNameEn) || line.unitName,
      changes: changesOf(t, line),
      reason: line.reason,
    })),
    nextHref: nextCursor ? pathTo('auditTrail', { ...chosen, cursor: nextCursor }) : undefined,
  };
}

function subjectLabel(t: Translate, type: string): string {
  return t(`admin:subjects.${type}`, { defaultValue: type });
}

function pageOf({ subjectType, subjectId }: ShownAuditLine): string | undefined {
  const page = PAGES[subjectType];
  return page && pathTo(page, { id: subjectId });
}

/** What is different after, by field; a line without `before` tells all that is there after. */
function changesOf(t: Translate, { before, after }: ShownAuditLine): Change[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((key) => ({ key, before: valueText(t, key, old[key]), after: valueText(t, key, now[key]) }))
    .filter((change) => change.before !== change.after);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}

function valueText(t: Translate, key: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    if (/fen$/i.test(key)) return `¥${formatYuan(value)}`;
    if (/grams$/i.test(key)) return weightText(value, t);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
