import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import type { Holidays } from './holidays.ts';
import { inReaderLanguage, type Reader } from './order-labels.ts';
import type { RunFault } from './place-standing-orders.ts';
import type { WholeStandingOrder } from './standing-order-queries.ts';
import { nextDues, type Schedule, schedule } from './standing-order-schedule.ts';

/** Where it goes: its list's canteen, else the address that it was made with, else the unit's first. */
function addressText({ t }: Reader, { list, address }: WholeStandingOrder): string {
  const canteen = list?.canteen?.closedAt ? null : list?.canteen;
  const at = canteen ?? address;
  if (!at) return t('standing:show.defaultAddress');
  return `${canteen ? `${canteen.name} · ` : ''}${at.region} ${at.detail} · ${at.recipient}`;
}

/** The data of `views/orders/standing-order.hbs`, and of one row of the list. */
export function presentStandingOrder(reader: Reader, order: WholeStandingOrder, holidays: Holidays) {
  const { t } = reader;
  const { id, name, list } = order;
  const when = schedule.safeParse(order.schedule);
  const nextOn = order.nextOn && dayFromColumn(order.nextOn);
  return {
    id,
    name,
    href: pathTo('standingOrder', { id }),
    unitName: inReaderLanguage(reader, order.unit.name, order.unit.nameEn),
    when: when.success ? whenText(reader, when.data) : '',
    nextOn,
    nextDays: when.success && nextOn ? nextDues(when.data, nextOn, 4, holidays) : [],
    pausedUntil: order.pausedUntil ? dayFromColumn(order.pausedUntil) : undefined,
    fundingLabel: t(`common:funding.${order.fundingSource}`),
    list: list && { name: list.name, href: pathTo('purchaseList', { id: list.id }), lineCount: list._count.lines },
    address: addressText(reader, order),
    runs: order.runs.map((run) => ({
      dueOn: dayFromColumn(run.dueOn),
      outcome: t(`standing:outcome.${run.outcome}`),
      bad: run.outcome === 'failed' || run.outcome === 'in_part',
      order: run.order && { href: pathTo('order', { id: run.order.id }), totalFen: run.order.totalFen },
      faults: (run.faults as unknown as RunFault[]).map((fault) => faultText(reader, fault)),
    })),
    actions: {
      skip: pathTo('standingOrderSkip', { id }),
      pause: pathTo('standingOrderPause', { id }),
      resume: pathTo('standingOrderResumption', { id }),
      end: pathTo('standingOrderEnd', { id }),
    },
  };
}

function whenText({ t }: Reader, when: Schedule): string {
  const comma = t('lists:put.comma');
  if ('weekdays' in when)
    return t('standing:when.weekly', { days: when.weekdays.map((day) => t(`standing:weekday.${day}`)).join(comma) });
  return t('standing:when.monthly', { days: when.days.join(comma) });
}

function faultText(reader: Reader, { code, values, name, nameEn, unit, unitEn }: RunFault): string {
  if (!name) return reader.t(`faults:${code}`, values);
  const goods = inReaderLanguage(reader, name, nameEn ?? '');
  const text = reader.t(`faults:${code}`, {
    ...{ ...values, name: goods },
    unit: inReaderLanguage(reader, unit ?? '', unitEn ?? ''),
  });
  return text.includes(goods) ? text : reader.t('standing:show.fault', { name: goods, text });
}
