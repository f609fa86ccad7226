import type { CertificationState } from '../../db/generated/enums.ts';
import { addDays, type Day, dayToColumn } from '../../shared/days.ts';
import type { People } from './add-people.ts';
import type { DemoCertification } from './fact-parts.ts';
import { priceSpans } from './goods.ts';
import { atMinute, type World } from './world.ts';

export function addSuppliers({ facts, rows, name, id, today }: World): void {
  for (const supplier of facts.suppliers) {
    const { certification, benefits, place, madeUp, ...columns } = supplier;
    const supplierId = rows.add('supplier', {
      ...columns,
      placeId: id('place', place),
      isMadeUp: madeUp,
      createdAt: atMinute(certification.appliedOn < today ? addDays(certification.appliedOn, -5) : today, 600),
    });
    name('supplier', supplier.code, supplierId);
    for (const benefit of benefits) rows.add('farmerBenefit', { supplierId, ...benefit });
  }
}

/** Certifications of suppliers and products with what led to them, their notices, objections and marks. */
export function addCertifications(world: World, people: People): void {
  const { facts, id } = world;
  for (const supplier of facts.suppliers)
    addCertification(world, people, {
      certification: supplier.certification,
      name: supplier.name,
      supplierId: id('supplier', supplier.code),
    });
  for (const family of facts.products) {
    for (const spec of family.specs)
      addCertification(world, people, {
        certification: spec.certification,
        name: `${family.name}（${spec.spec}）`,
        productId: id('product', spec.code),
      });
    for (const mark of family.marks)
      world.rows.add('qualityMark', {
        supplierId: id('supplier', family.supplier),
        familyId: id('family', family.code),
        kind: mark.kind,
        state: 'confirmed',
        number: mark.number,
        validFrom: dayToColumn(mark.validFrom),
        validUntil: dayToColumn(mark.validUntil),
      });
  }
  addObjections(world, people);
}

interface Holder {
  certification: DemoCertification;
  name: string;
  supplierId?: number;
  productId?: number;
}

function addCertification({ rows, today }: World, people: People, holder: Holder): void {
  const { certification, supplierId, productId } = holder;
  const { number, issuer, state, appliedOn, validFrom, validUntil, interruption } = certification;
  const certificationId = rows.add('certification', {
    supplierId: supplierId ?? null,
    productId: productId ?? null,
    number,
    issuer,
    state,
    validFrom: validFrom && dayToColumn(validFrom),
    validUntil: validUntil && dayToColumn(validUntil),
    appliedAt: atMinute(appliedOn, 570),
  });
  for (const event of eventsOf(certification))
    rows.add('certificationEvent', {
      certificationId,
      state: event.state,
      actorId: event.state === 'applied' ? null : people.certifier,
      reason: event.reason,
      at: atMinute(event.on, 600),
    });
  if (interruption)
    rows.add('certificationInterruption', {
      certificationId,
      kind: interruption.kind,
      since: dayToColumn(interruption.since),
      reason: interruption.reason,
      publicReason: interruption.reason,
      byId: people.certifier,
    });
  // Older notices are history that nobody reads; the recent ones fill the page of notices.
  const notice =
    certification.notice ?? (validFrom && validFrom > addDays(today, -200) ? noticeBefore(validFrom) : null);
  if (notice)
    rows.add('publicNotice', {
      certificationId,
      startsOn: dayToColumn(notice.startsOn),
      endsOn: dayToColumn(notice.endsOn),
      text: `拟将${holder.name}认定为消费帮扶产品（经营主体），现予公示。公示期内有异议的，请如实反映（演示）。`,
      publishedAt: atMinute(notice.startsOn, 540),
    });
}

function noticeBefore(validFrom: Day) {
  return { startsOn: addDays(validFrom, -9), endsOn: addDays(validFrom, -3) };
}

/** The steps up to the state that was reached; those between application and validity are spread over the time between. */
function eventsOf({ state, appliedOn, validFrom, notice, interruption }: DemoCertification) {
  const steps: { state: CertificationState; on: Day; reason: string | null }[] = [
    { state: 'applied', on: appliedOn, reason: null },
    { state: 'recommended', on: addDays(appliedOn, 6), reason: null },
    { state: 'reviewed', on: addDays(appliedOn, 15), reason: null },
    { state: 'in_notice', on: notice?.startsOn ?? addDays(validFrom ?? appliedOn, -9), reason: null },
    { state: 'certified', on: validFrom ?? appliedOn, reason: null },
  ];
  const reached = steps.findIndex((step) => step.state === state);
  const taken = reached < 0 ? steps : steps.slice(0, reached + 1);
  return interruption && reached < 0
    ? [...taken, { state, on: interruption.since, reason: interruption.reason }]
    : taken;
}

function addObjections({ facts, rows, idOrNull }: World, people: People): void {
  for (const objection of facts.stories.objections) {
    const supplierId = idOrNull('supplier', objection.supplier);
    const productId = idOrNull('product', objection.product);
    const noticeId =
      rows.of('publicNotice').findIndex(({ certificationId }) => {
        const holder = rows.of('certification')[certificationId - 1];
        return supplierId === null ? holder?.productId === productId : holder?.supplierId === supplierId;
      }) + 1;
    if (noticeId === 0) throw new Error('an objection of the demonstration has no notice');
    const { name, contact, text, answer, answeredDaysAgo, upheld } = objection;
    rows.add('objection', {
      noticeId,
      name,
      contact,
      text,
      at: atMinute(objection.atDaysAgo, 900),
      answer,
      answeredById: answer === null ? null : people.certifier,
      answeredAt: answeredDaysAgo && atMinute(answeredDaysAgo, 640),
      upheld,
    });
  }
}

const RISE_LIMIT_BP = 1000;

/** Past price changes, and the rises that wait for the operator (rule 21). */
export function addPriceChanges({ facts, rows, id, today }: World, people: People): void {
  for (const family of facts.products)
    for (const spec of family.specs) {
      const productId = id('product', spec.code);
      const byId = people.supplierUser(id('supplier', family.supplier));
      const spans = priceSpans(spec, today);
      for (const [at, span] of spans.entries()) {
        const before = spans[at - 1];
        if (before === undefined) continue;
        const effectiveAt = atMinute(span.since, 0);
        const requestedAt = atMinute(addDays(span.since, -1), 960);
        rows.add('priceChange', {
          productId,
          oldFen: before.priceFen,
          newFen: span.priceFen,
          byId,
          requestedAt,
          effectiveAt,
        });
      }
      if (spec.pendingPrice)
        rows.add('priceChange', {
          productId,
          oldFen: spec.priceFen,
          newFen: spec.pendingPrice.priceFen,
          byId,
          flag: 'rise_above_limit',
          state: 'waiting',
          reason: '今年人工和包装成本上涨（演示）',
          basis: {
            limitBp: RISE_LIMIT_BP,
            riseBp: Math.floor((10_000 * (spec.pendingPrice.priceFen - spec.priceFen)) / spec.priceFen),
            fromFen: spec.priceFen,
          },
          requestedAt: atMinute(spec.pendingPrice.requestedOn, 960),
        });
    }
}
