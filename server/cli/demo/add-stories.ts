import { createHash } from 'node:crypto';
import { NO_HOLIDAYS } from '../../orders/holidays.ts';
import { nextDue } from '../../orders/standing-order-schedule.ts';
import { addDays, dayFromColumn, daysBetween, dayToColumn, startOfDay } from '../../shared/days.ts';
import type { People } from './add-people.ts';
import { atMinute, type World } from './world.ts';

/** What happened beside the orders and is there before them: events with their agreements, complaints, runs and standing orders. */
export function addStories(world: World, people: People): void {
  addMatchingEvents(world);
  addComplaints(world);
  addHelpedSales(world);
  addWelfareRuns(world, people);
  addStandingOrders(world, people);
}

function addMatchingEvents({ facts, rows, id }: World): void {
  for (const { name, place, heldDaysAgo, venue, summary, intentions } of facts.stories.matchingEvents) {
    const heldOn = dayToColumn(heldDaysAgo);
    const eventId = rows.add('matchingEvent', { name, heldOn, venue, summary, placeId: id('place', place) });
    for (const { unit, supplier, goods, amountFen, agreement } of intentions) {
      const sides = { unitId: id('unit', unit), supplierId: id('supplier', supplier) };
      const intended = { eventId, ...sides, goods, amountFen, at: atMinute(heldDaysAgo, 660) };
      const state = agreement ? 'agreed' : 'open';
      const intentionId = rows.add('matchingIntention', { ...intended, state });
      if (!agreement) continue;
      rows.add('frameworkAgreement', {
        intentionId,
        ...sides,
        state: 'signed',
        number: agreement.number,
        startsOn: dayToColumn(agreement.startsDaysAgo),
        endsOn: dayToColumn(addDays(agreement.startsDaysAgo, agreement.days - 1)),
        amountFen,
        terms: agreement.terms,
      });
    }
  }
}

const ANSWERED_WITHIN_DAYS = 7;

function addComplaints({ facts, rows, id, idOrNull }: World): void {
  for (const [at, complaint] of facts.stories.complaints.entries()) {
    const { name, text, state, receivedDaysAgo, answeredDaysAgo, outcome, isPublic } = complaint;
    rows.add('complaint', {
      number: `TS${receivedDaysAgo.replaceAll('-', '')}${String(at + 1).padStart(3, '0')}`,
      productId: idOrNull('product', complaint.product),
      supplierId: id('supplier', complaint.supplier),
      name,
      text,
      state,
      dueOn: dayToColumn(addDays(receivedDaysAgo, ANSWERED_WITHIN_DAYS)),
      outcome,
      isPublic,
      receivedAt: atMinute(receivedDaysAgo, 625),
      answeredAt: answeredDaysAgo && atMinute(answeredDaysAgo, 915),
    });
  }
}

function addHelpedSales({ facts, rows, id, idOrNull }: World): void {
  for (const { unit, campaign, onDaysAgo, fen, grams, note } of facts.stories.helpedSales)
    rows.add('helpedSale', {
      unitId: id('unit', unit),
      campaignId: idOrNull('campaign', campaign),
      onDay: dayToColumn(onDaysAgo),
      fen,
      grams,
      note,
    });
}

/** Runs with their packages and rosters; `linkWelfareOrders` tells later which orders they came to. */
function addWelfareRuns({ facts, rows, id }: World, people: People): void {
  for (const run of facts.stories.welfareRuns) {
    const unitId = id('unit', run.unit);
    const { name, perHeadFen, chooseUntilDaysAgo, state, headcount, unclaimed } = run;
    const chooseUntil = dayToColumn(chooseUntilDaysAgo);
    const runId = rows.add('welfareRun', {
      unitId,
      name,
      perHeadFen,
      chooseUntil,
      state,
      createdById: people.buyer(unitId),
      ...people.canteen(unitId),
    });
    const closed = state === 'closed';
    const choosers = closed ? headcount : Math.ceil(headcount * 0.4);
    const packages = run.packages.map((choice, at) => {
      const chosen = Math.ceil(Math.max(0, choosers - at) / run.packages.length);
      const packageId = rows.add('welfarePackage', { runId, name: choice.name, chosen, isDefault: at === 0 });
      for (const { product, quantity } of choice.items)
        rows.add('welfarePackageItem', { packageId, productId: id('product', product), quantity });
      return packageId;
    });
    for (let at = 0; at < headcount; at += 1) {
      const chosen = at < choosers;
      const claimed = closed && at < headcount - unclaimed;
      rows.add('welfareClaim', {
        runId,
        packageId: chosen ? packages[at % packages.length] : null,
        token: createHash('sha256').update(`${run.unit} ${name} ${at}`).digest('base64url'),
        staffNumber: `YG${String(at + 1).padStart(4, '0')}`,
        name: `职工 ${at + 1}（演示）`,
        department: ['营业部', '运营部', '科技部', '综合部'][at % 4] ?? null,
        chosenAt: chosen
          ? atMinute(
              closed ? addDays(chooseUntilDaysAgo, -(at % 6) - 1) : addDays(dayOfLoading(rows), -(at % 3) - 1),
              600 + at,
            )
          : null,
        signedAt: claimed ? atMinute(addDays(chooseUntilDaysAgo, 12), 540 + at) : null,
        returnedAt: closed && !claimed ? atMinute(addDays(chooseUntilDaysAgo, 20), 600) : null,
      });
    }
  }
}

/** The newest of the stories' days stands for today. */
function dayOfLoading(rows: World['rows']): string {
  const newest = rows.of('complaint').map((row) => new Date(row.receivedAt ?? 0).getTime());
  return dayFromColumn(new Date(Math.max(...newest)));
}

/** Ties each closed run to the orders that brought its goods and the refunds of what nobody fetched. */
export function linkWelfareOrders({ rows }: World): void {
  for (const run of rows.of('welfareRun')) {
    if (run.state !== 'closed') continue;
    const suppliers = new Set<number>();
    for (const order of rows.of('order').filter((one) => one.note === run.name)) {
      const supplierId = rows.of('fulfilment').find((parcel) => parcel.orderId === order.id)?.supplierId;
      if (supplierId === undefined || suppliers.has(supplierId)) continue;
      suppliers.add(supplierId);
      const refund = rows.of('refund').find((one) => one.orderId === order.id);
      rows.add('welfareOrder', { runId: Number(run.id), supplierId, orderId: Number(order.id), refundId: refund?.id });
      if (!refund) continue;
      for (const claim of rows.of('welfareClaim'))
        if (claim.runId === run.id && claim.returnedAt) claim.returnedAt = refund.requestedAt;
    }
  }
}

function addStandingOrders({ facts, rows, id, today }: World, people: People): void {
  for (const { unit, fundingSource, everyDays, lines } of facts.stories.standingOrders) {
    const unitId = id('unit', unit);
    const weekly = everyDays <= 7;
    const listId = rows.add('purchaseList', { unitId, name: weekly ? '周采购（演示）' : '月度采购（演示）' });
    for (const { product, quantity } of lines)
      rows.add('purchaseListLine', { listId, productId: id('product', product), quantity });
    const schedule = weekly ? { weekdays: [1] } : { days: [1] };
    const next = nextDue(schedule, today, NO_HOLIDAYS);
    rows.add('standingOrder', {
      ...{ unitId, listId, fundingSource, schedule },
      name: weekly ? '每周补货（演示）' : '每月补货（演示）',
      nextOn: next && dayToColumn(next),
      createdById: people.buyer(unitId),
    });
  }
}

/** Warnings of goods that will not sell before they spoil, and the calls for help that followed; stock must be settled. */
export function addAssistanceCalls({ facts, rows, id, today }: World, people: People): void {
  for (const { product, text, startsDaysAgo, endsInDays } of facts.stories.assistanceCalls) {
    const productId = id('product', product);
    const row = rows.of('product')[productId - 1];
    const batches = rows.of('batch').filter((batch) => batch.productId === productId && (batch.available ?? 0) > 0);
    const spec = facts.products.flatMap((family) => family.specs).find((candidate) => candidate.code === product);
    const [batch] = batches;
    if (!row || !batch?.id || !batch.expiresOn || !spec) continue;
    const available = batches.reduce((sum, each) => sum + each.available, 0);
    const warningId = rows.add('unsoldWarning', {
      batchId: batch.id,
      supplierId: row.supplierId,
      coverDays: Math.round((available * 7) / spec.weeklySales),
      daysToSpoil: Math.max(0, daysBetween(today, dayFromColumn(new Date(batch.expiresOn)))),
      state: 'called',
      raisedAt: atMinute(startsDaysAgo, 420),
    });
    rows.add('assistanceCall', {
      warningId,
      text,
      startsAt: atMinute(startsDaysAgo, 480),
      endsAt: startOfDay(addDays(endsInDays, 1)),
      byId: people.operator,
    });
  }
}
