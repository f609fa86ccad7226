import type { Request } from 'express';
import type { TraceShares } from '../catalog/trace-shares.ts';
import type { JobHealth, OutboxHealth } from '../jobs/job-health.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { isParcel, type LateOrder, WAITS, type Wait, type WaitingCount } from '../orders/waiting-orders.ts';
import { pathTo } from '../paths.ts';
import { presentShares } from './tracing-presenter.ts';
import { waitedText } from './waited-text.ts';

/** A job is late when it should have begun so long ago. */
const JOB_LATE_MS = 5 * 60_000;

interface Figures {
  now: Date;
  lateHours: Record<Wait, number>;
  waiting: Record<Wait, WaitingCount>;
  late: readonly LateOrder[];
  outbox: OutboxHealth;
  jobs: readonly JobHealth[];
  shares: TraceShares;
  complaints: { open: number; overdue: number };
  failedRefunds: { count: number; fen: number };
}

/** The data of `views/admin/dashboard.hbs`. */
export function presentDashboard({ t, locale }: Pick<Request, 't' | 'locale'>, figures: Figures) {
  const { now, lateHours, waiting, late, outbox, jobs, shares, complaints, failedRefunds } = figures;
  return {
    title: t('admin:dashboard.title'),
    now,
    waiting: WAITS.map((wait) => ({
      label: t(`admin:waits.${wait}`),
      ...waiting[wait],
      lateText: isParcel(wait)
        ? t('overdue:admin.late', { count: waiting[wait].late, days: lateHours[wait] / 24 })
        : t('admin:dashboard.late', { count: waiting[wait].late, hours: lateHours[wait] }),
      href: waiting[wait].late > 0 ? '#late' : undefined,
    })),
    late: late.map((order) => ({
      number: orderNumber({ id: order.orderId, submittedAt: order.submittedAt }),
      href: pathTo('order', { id: order.orderId }),
      waitLabel: t(`admin:waits.${order.wait}`),
      since: order.since,
      waited: isParcel(order.wait)
        ? t('overdue:admin.overdue', { waited: waitedText(t, order.since, now) })
        : waitedText(t, order.since, now),
      unitName: nameIn(locale, order.unitName, order.unitNameEn) ?? t('admin:dashboard.noUnit'),
      supplierName: nameIn(locale, order.supplierName, order.supplierNameEn),
      totalFen: order.totalFen,
    })),
    outbox: {
      ...outbox,
      oldestText: outbox.oldestAt ? t('admin:outbox.oldest', { waited: waitedText(t, outbox.oldestAt, now) }) : '',
    },
    jobs: jobs.map(({ name, nextAt, lastAt, lastError }) => ({
      name,
      label: t(`admin:jobs.${name}`, { defaultValue: name }),
      lastAt,
      lastError,
      ...jobState(now, nextAt, lastAt, lastError),
    })),
    shares: presentShares({ t }, shares),
    complaints,
    failedRefunds: { ...failedRefunds, href: pathTo('failedRefunds') },
  };

  function jobState(at: Date, nextAt: Date, lastAt: Date | null, lastError: string | null) {
    if (lastError) return { tone: 'bad', stateLabel: t('admin:job.failed') };
    if (at.getTime() - nextAt.getTime() > JOB_LATE_MS) return { tone: 'wait', stateLabel: t('admin:job.late') };
    return lastAt ? { tone: 'good', stateLabel: t('admin:job.ok') } : { tone: 'off', stateLabel: t('admin:job.never') };
  }
}

function nameIn(locale: string, name: string | null, nameEn: string | null): string | null {
  return (locale === 'en' && nameEn) || name;
}
