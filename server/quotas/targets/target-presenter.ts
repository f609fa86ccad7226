import { pathTo } from '../../paths.ts';
import { groupBy } from '../../shared/group-by.ts';
import { instantText } from '../../web/handlebars.ts';
import { unitPath } from '../board/board-links.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import type { Programme } from '../programme-list.ts';
import type { Declaration } from './declaration-queries.ts';
import type { ExemptionRow, NewestTarget, TargetHistoryRow } from './target-queries.ts';
import { type ScopeTrees, scopeLabel } from './target-scope.ts';

export interface TargetsPage {
  programme: Programme;
  programmes: readonly Programme[];
  mayEdit: boolean;
  units: readonly ListedUnit[];
  targets: readonly NewestTarget[];
  trees: ScopeTrees;
}

/** What views/quotas/targets/list.hbs shows: every unit with its overall and further targets, and how they last changed. */
export function presentTargets(reader: Reader, page: TargetsPage) {
  const { programme, programmes, mayEdit, units, targets } = page;
  const ofUnit = groupBy(targets, ({ unitId }) => unitId);
  const rows = units.map((unit) => presentRow(reader, page, unit, ofUnit.get(unit.id) ?? []));
  const due = rows.filter(({ exemptReason }) => !exemptReason);
  const of = { programmeCode: programme.code };
  return {
    ...presentHead(reader, programme, 'targets'),
    programmes: presentProgrammes(reader, programmes, programme, 'targets'),
    mayEdit: mayEdit && programme.state !== 'closed',
    isClosed: programme.state === 'closed',
    rows,
    totalFen: due.reduce((sum, { overall }) => sum + (overall?.isWeight === false ? overall.value : 0), 0),
    counts: {
      units: units.length,
      withTarget: due.filter(({ overall, further }) => overall || further.length > 0).length,
      without: due.filter(({ overall, further }) => !overall && further.length === 0).length,
      exempt: rows.length - due.length,
    },
    hrefs: {
      table: pathTo('targetTable', of),
      sheets: pathTo('targetSheets', of),
      export: pathTo('targetsExport', { programme: programme.code }),
      declarations: pathTo('declarations', { programme: programme.code }),
    },
  };
}

export function presentHead(reader: Reader, programme: Programme, at: 'targets' | 'declarations') {
  const title = reader.t(`targets:title.${at}`);
  return {
    title: `${nameOf(reader, programme)} · ${title}`,
    heading: title,
    layout: 'work',
    currentPage: pathTo(at),
    programme: { ...programme, name: nameOf(reader, programme) },
  };
}

export function presentProgrammes(
  reader: Reader,
  programmes: readonly Programme[],
  current: Programme,
  at: 'targets' | 'declarations',
) {
  return programmes.map((one) => ({
    label: nameOf(reader, one),
    href: pathTo(at, { programme: one.code }),
    current: one.id === current.id,
  }));
}

function presentRow(reader: Reader, page: TargetsPage, unit: ListedUnit, all: readonly NewestTarget[]) {
  const { programme, units, trees } = page;
  const parent = units.find(({ id }) => id === unit.parentId);
  const held = all.filter(({ value }) => value > 0).map((target) => presentTarget(reader, trees, target));
  const [overall] = held.filter(({ isOverall }) => isOverall);
  const last = [...all].sort((a, b) => b.at.getTime() - a.at.getTime())[0];
  return {
    code: unit.code,
    name: nameOf(reader, unit),
    depth: parent ? 1 : 0,
    parentName: parent && nameOf(reader, parent),
    dual: unit.groupIds.length > 1,
    exemptReason: unit.exemptReason,
    href: pathTo('targetUnit', { programmeCode: programme.code, unitCode: unit.code }),
    overall,
    further: held.filter((target) => target !== overall),
    last: last && {
      version: last.version,
      reason: last.reason,
      at: instantText(last.at),
      label: overall && last.id === overall.id && all.length === 1 ? undefined : scopeLabel(reader, trees, last),
      isWithdrawn: last.value === 0,
    },
  };
}

export function presentTarget(reader: Reader, trees: ScopeTrees, target: NewestTarget) {
  return {
    ...target,
    isOverall: target.scopeKey === 'all',
    isWeight: target.measure === 'grams',
    label: scopeLabel(reader, trees, target),
  };
}

export interface TargetUnitPage {
  programme: Programme;
  unit: ListedUnit;
  parent: ListedUnit | undefined;
  mayEdit: boolean;
  targets: readonly NewestTarget[];
  history: readonly TargetHistoryRow[];
  exemptions: readonly ExemptionRow[];
  declarations: readonly Declaration[];
  trees: ScopeTrees;
}

/** What views/quotas/targets/unit.hbs shows: a unit's targets, how they came about, and whether it is exempt. */
export function presentTargetUnit(reader: Reader, page: TargetUnitPage) {
  const { programme, unit, parent, mayEdit, trees } = page;
  const at = { programmeCode: programme.code, unitCode: unit.code };
  const own = pathTo('targetUnit', at);
  return {
    ...presentHead(reader, programme, 'targets'),
    title: `${nameOf(reader, unit)} · ${reader.t('targets:title.targets')}`,
    breadcrumbs: [
      { label: reader.t('targets:title.targets'), href: pathTo('targets', { programme: programme.code }) },
      { label: nameOf(reader, unit) },
    ],
    unit: { ...unit, name: nameOf(reader, unit), parentName: parent && nameOf(reader, parent) },
    mayEdit: mayEdit && programme.state !== 'closed',
    isClosed: programme.state === 'closed',
    targets: page.targets.map((target) => ({
      ...presentTarget(reader, trees, target),
      at: instantText(target.at),
      isWithdrawn: target.value === 0,
      changeHref: `${pathTo('targetUnit', { ...at, target: target.id })}#set`,
    })),
    seen: page.targets.map(({ id, version }) => `${id}:${version}`).join(','),
    history: page.history.map((row) => ({
      ...row,
      at: instantText(row.at),
      label: scopeLabel(reader, trees, row),
      isWeight: row.measure === 'grams',
      declarationHref: row.declarationId === null ? undefined : pathTo('declaration', { id: row.declarationId }),
    })),
    exemptions: page.exemptions.map((row) => ({
      ...row,
      at: instantText(row.at),
      endedAt: row.endedAt && instantText(row.endedAt),
    })),
    hrefs: {
      own,
      board: unitPath(programme, unit),
      exemption: pathTo('targetExemption', at),
      exemptionEnd: pathTo('targetExemptionEnd', at),
      declarations: pathTo('unitDeclarations', at),
    },
    waiting: page.declarations.filter(({ state }) => state === 'submitted').length,
  };
}
