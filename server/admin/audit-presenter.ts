import type { Request } from 'express';
import { reasonText } from '../orders/order-labels.ts';
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
  'programme',
  'product',
  'supplier',
  'unit',
  'user',
  'api_token',
];

const PAGES: Record<string, 'order' | 'certification'> = { order: 'order', certification: 'certification' };

/** Where the values of a field have words, by the field. */
const WORDS: Record<string, string> = {
  state: 'admin:states',
  severity: 'recalls:severity',
  condition: 'recallReturns:conditions',
  fundingSource: 'common:funding',
  paymentWay: 'orders:paymentWay',
  role: 'accounts:roles',
};

interface Change {
  label: string;
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
      reason: line.reason && reasonText({ t, locale }, line.reason),
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
  const [old, now] = [fieldsOf(t, before), fieldsOf(t, after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((label) => ({ label, before: old.get(label), after: now.get(label) }))
    .filter((change) => change.before !== change.after);
}

/** The single values in a JSON value by their labels, inner ones after what they are in. */
function fieldsOf(t: Translate, value: unknown, label = '', key = ''): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object') return new Map([[label || t('admin:audit.value'), valueText(t, key, value)]]);
  const inner = Array.isArray(value) ? value.map(itemOf) : Object.entries(value);
  return new Map(
    inner.flatMap(([name, part]) => [
      ...fieldsOf(t, part, [label, fieldLabel(t, name)].filter(Boolean).join(' / '), name),
    ]),
  );
}

/** A list's item by its line or id rather than by its place. */
function itemOf(item: unknown, index: number): [string, unknown] {
  if (typeof item !== 'object' || item === null) return [`${index + 1}`, item];
  const { lineId, id, ...rest } = item as Record<string, unknown>;
  const name = lineId ?? id;
  return name === undefined ? [`${index + 1}`, item] : [`#${name}`, rest];
}

function fieldLabel(t: Translate, name: string): string {
  return t(`admin:fields.${name}`, { defaultValue: name });
}

function valueText(t: Translate, key: string, value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    if (/fen$/i.test(key)) return `¥${formatYuan(value)}`;
    if (/grams$/i.test(key)) return weightText(value, t);
  }
  const text = String(value);
  if (typeof value === 'boolean') return t(`admin:values.${text}`);
  const words = WORDS[key];
  return words ? t(`${words}.${text}`, { defaultValue: text }) : text;
}
