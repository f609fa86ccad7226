import { addDays, dayToColumn, startOfDay } from '../../shared/days.ts';
import type { People } from './add-people.ts';
import type { DemoProgramme, DemoTarget } from './fact-tasks.ts';
import { atMinute, earliest, type World } from './world.ts';

/** Programmes with their targets, declarations and exemptions, and the caps. */
export function addTasks(world: World, people: People): void {
  for (const programme of world.facts.programmes) addProgramme(world, people, programme);
  addCaps(world);
}

/** A programme closes when nothing can be counted any more, whatever year the demonstration is loaded in. */
export function stateOf(programme: DemoProgramme, today: string): DemoProgramme['state'] {
  if (programme.state === 'draft') return 'draft';
  return programme.state === 'closed' && programme.countUntil < today ? 'closed' : 'open';
}

function addProgramme(world: World, people: People, programme: DemoProgramme): void {
  const { rows, id, idOrNull, name, today } = world;
  const { group, assistedPlace, kind, participants, origins, categories, milestones, ...rest } = programme;
  const { exemptions, declarations, targets, startsOn, endsOn, countUntil, ...columns } = rest;
  const set = atMinute(earliest(addDays(startsOn, -20), addDays(today, -6)), 600);
  const state = stateOf(programme, today);
  const openedAt = state === 'draft' ? null : atMinute(addDays(startsOn, -15), 600);
  const closedAt = state === 'closed' ? atMinute(addDays(countUntil, 1), 600) : null;
  const programmeId = rows.add('programme', {
    ...columns,
    groupId: idOrNull('group', group),
    assistedPlaceId: id('place', assistedPlace),
    startsOn: dayToColumn(startsOn),
    endsOn: dayToColumn(endsOn),
    countUntil: dayToColumn(countUntil),
    state,
    createdAt: set,
    openedAt,
    closedAt,
  });
  name('programme', programme.code, programmeId);
  addActs(world, people, programmeId, { create: set, open: openedAt, close: closedAt });
  for (const code of participants) rows.add('programmeParticipant', { programmeId, groupId: id('group', code) });
  for (const code of origins) rows.add('programmeOrigin', { programmeId, placeId: id('place', code) });
  for (const code of categories) rows.add('programmeCategory', { programmeId, categoryId: id('category', code) });
  for (const { dueOn, shareBp } of milestones)
    rows.add('programmeMilestone', { programmeId, dueOn: dayToColumn(dueOn), shareBp });
  for (const { unit, reason } of exemptions)
    rows.add('targetExemption', { programmeId, unitId: id('unit', unit), reason, byId: people.organizer, at: set });
  for (const target of targets) addTarget(world, people, programmeId, target, set);
  for (const declaration of declarations) {
    if (declaration.submittedAt > today) continue;
    const { unit, submittedAt, reviewedAt, ...columns } = declaration;
    const reviewed = reviewedAt !== null && reviewedAt <= today;
    rows.add('targetDeclaration', {
      ...columns,
      programmeId,
      unitId: id('unit', unit),
      state: reviewed ? declaration.state : 'submitted',
      reason: reviewed ? declaration.reason : null,
      submittedById: people.buyer(id('unit', unit)),
      submittedAt: atMinute(submittedAt, 620),
      reviewedById: reviewed ? people.organizer : null,
      reviewedAt: reviewed ? atMinute(reviewedAt, 940) : null,
    });
  }
}

/** Who made, opened and closed it: an organizer (rule 32). */
function addActs({ rows }: World, people: People, programmeId: number, acts: Record<string, Date | null>): void {
  for (const [act, at] of Object.entries(acts))
    if (at)
      rows.add('auditLine', {
        ...{
          at,
          actorId: people.organizer,
          action: `programme.${act}`,
          subjectType: 'programme',
          subjectId: programmeId,
        },
      });
}

function addTarget(
  { rows, id, idOrNull, today }: World,
  people: People,
  programmeId: number,
  target: DemoTarget,
  set: Date,
) {
  const { measure, fundingSource, value, reason, versions } = target;
  const categoryId = idOrNull('category', target.category);
  const placeId = idOrNull('place', target.place);
  const scope = [
    categoryId !== null && `category:${categoryId}`,
    placeId !== null && `place:${placeId}`,
    fundingSource !== null && `funding:${fundingSource}`,
  ].filter((part) => part !== false);
  const targetId = rows.add('target', {
    programmeId,
    unitId: id('unit', target.unit),
    scopeKey: scope.join('|') || 'all',
    categoryId,
    placeId,
    fundingSource,
    measure,
  });
  const byId = people.organizer;
  rows.add('targetVersion', { targetId, version: 1, value, reason, byId, at: set });
  for (const later of versions)
    if (later.at <= today)
      rows.add('targetVersion', {
        targetId,
        version: later.version,
        value: later.value,
        reason: later.reason,
        byId,
        at: atMinute(later.at, 600),
      });
}

function addCaps({ facts, rows, id, idOrNull }: World): void {
  for (const cap of facts.caps) {
    const capId = rows.add('cap', {
      kind: cap.kind,
      productId: idOrNull('product', cap.product),
      programmeId: idOrNull('programme', cap.programme),
      limitValue: cap.limitValue,
      startsOn: dayToColumn(cap.startsOn),
      endsOn: dayToColumn(cap.endsOn),
    });
    for (const { unit, limitValue } of cap.allocations)
      rows.add('capCounter', { capId, holderId: id('unit', unit), limitValue, used: 0 });
  }
}

/** Pavilions, unit zones, themes and the cabinet with their goods, and the campaigns. */
export function addZonesAndCampaigns({ facts, rows, name, id, idOrNull }: World): void {
  for (const zone of facts.zones) {
    const { place, unit, products, ...columns } = zone;
    const zoneId = rows.add('zone', { ...columns, placeId: idOrNull('place', place), unitId: idOrNull('unit', unit) });
    name('zone', zone.code, zoneId);
    for (const [sort, code] of products.entries())
      rows.add('zoneProduct', { zoneId, productId: id('product', code), sort });
  }
  for (const campaign of facts.campaigns) {
    const { code, kind, unit, zone, startsOn, endsOn, rule } = campaign;
    const campaignId = rows.add('campaign', {
      code,
      kind,
      name: campaign.name,
      unitId: idOrNull('unit', unit),
      zoneId: idOrNull('zone', zone),
      startsAt: startOfDay(startsOn),
      endsAt: startOfDay(addDays(endsOn, 1)),
      rule,
    });
    name('campaign', code, campaignId);
  }
}
