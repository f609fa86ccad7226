import type { Request } from 'express';
import type { AuditLine } from '../db/generated/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { encodeCursor } from '../shared/pagination.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import type { RegisteredUnit, UnitFile } from '../units/unit-register.ts';
import type { FormView } from '../web/form-view.ts';
import { UNIT_CHANGES, type UnitChange } from './unit-changes.ts';
import { nameIn, type Preview } from './unit-preview.ts';
import type { UnitsQuery } from './unit-schemas.ts';

type Reader = Pick<Request, 't' | 'locale'>;
type Named = { code: string; name: string; nameEn: string };

const TONES = { active: 'good', merged: 'off', dissolved: 'off' } as const;
const STATES = ['active', 'merged', 'dissolved'] as const;
const CANTEENS = ['own', 'none', 'shared', 'outsourced'] as const;

interface UnitsPage {
  rows: readonly RegisteredUnit[];
  filters: UnitsQuery;
  groups: readonly Named[];
  tree: PlaceTree;
  perPage: number;
}

/** The data of `views/admin/units.hbs`. */
export function presentUnits(reader: Reader, { rows, filters, groups, tree, perPage }: UnitsPage) {
  const { t, locale } = reader;
  const shown = rows.slice(0, perPage);
  const last = rows.length > perPage ? shown.at(-1) : undefined;
  const { cursor: _, ...chosen } = filters;
  const places = [...tree.byId.values()].filter(({ level }) => level !== 'village');
  return {
    title: t('units:list.title'),
    filters,
    isFiltered: Object.values(chosen).some(Boolean),
    groups: groups.map((group) => ({ value: group.code, label: nameIn(reader, group) })),
    places: places.map(({ id, code }) => ({ value: code, label: placeName(tree, id, locale) })),
    states: STATES.map((value) => ({ value, label: t(`units:state.${value}`) })),
    exportHref: pathTo('unitsExport', chosen),
    rows: shown.map((row) => ({
      href: pathTo('unit', { code: row.code }),
      code: row.code,
      name: nameIn(reader, row),
      aliases: row.aliases,
      kindLabel: t(`units:kind.${row.kind}`),
      parent: row.parentName && nameIn(reader, { name: row.parentName, nameEn: row.parentNameEn ?? '' }),
      groups: (locale === 'en' && row.groupsEn) || row.groups,
      canteenLabel: t(`units:canteen.${row.canteen}`),
      employees: row.employees,
      stateTone: TONES[row.state],
      stateLabel: t(`units:state.${row.state}`),
    })),
    nextHref: last && pathTo('units', { ...chosen, cursor: encodeCursor([last.id]) }),
  };
}

interface UnitPage {
  unit: UnitFile;
  history: readonly AuditLine[];
  people: readonly { id: number; name: string }[];
  tree: PlaceTree;
  today: Day;
}

/** The data of `views/admin/unit.hbs`. */
export function presentUnit(reader: Reader, { unit, history, people, tree, today }: UnitPage) {
  const { t, locale } = reader;
  const name = nameIn(reader, unit);
  const dated = ({ since, until }: { since: Date; until: Date | null }) => {
    const [from, to] = [dayFromColumn(since), until && dayFromColumn(until)];
    return { since: from, until: to, holds: from <= today && (to === null || to > today), isPlanned: from > today };
  };
  const { merger } = unit;
  return {
    title: name,
    breadcrumbs: [{ label: t('units:list.title'), href: pathTo('units') }, { label: name }],
    unit: {
      name,
      code: unit.code,
      stateTone: TONES[unit.state],
      stateLabel: t(`units:state.${unit.state}`),
      kindLabel: t(`units:kind.${unit.kind}`),
      placeName: unit.placeId === null ? undefined : placeName(tree, unit.placeId, locale),
      canteenLabel: t(`units:canteen.${unit.canteen}`),
      host: unit.canteenUnit && {
        name: nameIn(reader, unit.canteenUnit),
        href: pathTo('unit', { code: unit.canteenUnit.code }),
      },
      contractor: unit.canteen === 'outsourced' ? unit.contractor : undefined,
      guests: unit.guests.map((guest) => nameIn(reader, guest)).join('; '),
      employees: unit.employees,
      aliases: unit.aliases.map(({ alias }) => alias),
      successor: unit.successor && {
        name: nameIn(reader, unit.successor),
        href: pathTo('unit', { code: unit.successor.code }),
      },
    },
    merger: merger && {
      text: t(`units:show.${merger.way}_${merger.state}`, {
        carried: merger.carried,
        purchases: Math.max(merger.purchases, merger.carried),
      }),
      isRunning: merger.state === 'carrying',
      share: merger.purchases > 0 ? Math.min(1, merger.carried / merger.purchases) : 1,
    },
    positions: unit.positions.map((row) => ({
      ...dated(row),
      name: row.parent ? nameIn(reader, row.parent) : t('units:show.alone'),
    })),
    memberships: unit.memberships.map((row) => ({ ...dated(row), name: nameIn(reader, row.group) })),
    history: history.map((line) => ({
      at: line.at.toISOString(),
      label: t(`units:action.${line.action.replace('unit.', '')}`),
      detail: [people.find(({ id }) => id === line.actorId)?.name, line.reason]
        .filter(Boolean)
        .join(t('units:show.joiner')),
      state: 'done',
    })),
    changes:
      unit.state === 'active'
        ? UNIT_CHANGES.map((change) => ({
            label: t(`units:change.${change}`),
            href: changeHref(change, unit),
            isEnd: isEnd(change),
          }))
        : [],
  };
}

const isEnd = (change: UnitChange) => change === 'merger' || change === 'dissolution';

function changeHref(change: UnitChange, { code }: { code: string }): string {
  const names = {
    name: 'unitName',
    parent: 'unitParent',
    joining: 'unitJoining',
    leaving: 'unitLeaving',
    canteen: 'unitCanteen',
    merger: 'unitMerger',
    dissolution: 'unitDissolution',
  } as const;
  return pathTo(names[change], { code });
}

interface ChangePage {
  unit: UnitFile;
  change: UnitChange;
  form: FormView;
  preview?: Preview;
  others: readonly (Named & { canteen: string })[];
  groups: readonly Named[];
}

/** The data of `views/admin/unit-change.hbs`. */
export function presentChange(reader: Reader, { unit, change, form, preview, others, groups }: ChangePage) {
  const { t } = reader;
  const choice = (one: Named) => ({ value: one.code, label: nameIn(reader, one) });
  const now = { name: unit.name, nameEn: unit.nameEn, canteen: unit.canteen, employees: unit.employees };
  const held = { ...now, canteenUnit: unit.canteenUnit?.code, contractor: unit.contractor, way: 'carry' };
  const joined = new Set(unit.memberships.filter(({ until }) => until === null).map(({ group }) => group.code));
  return {
    title: `${t(`units:change.${change}`)} · ${nameIn(reader, unit)}`,
    heading: t(`units:change.${change}`),
    lead: t(`units:lead.${change}`),
    unitName: nameIn(reader, unit),
    breadcrumbs: [
      { label: t('units:list.title'), href: pathTo('units') },
      { label: nameIn(reader, unit), href: pathTo('unit', { code: unit.code }) },
      { label: t(`units:change.${change}`) },
    ],
    action: changeHref(change, unit),
    is: { [change]: true },
    isEnd: isEnd(change),
    form: { ...form, values: { ...held, ...form.values } },
    units: others.map(choice),
    cooks: others.filter(({ canteen }) => canteen === 'own' || canteen === 'outsourced').map(choice),
    groups: groups.filter(({ code }) => joined.has(code) === (change === 'leaving')).map(choice),
    canteens: CANTEENS.map((value) => ({ value, label: t(`units:canteen.${value}`) })),
    ways: (['carry', 'split'] as const).map((value) => ({ value, label: t(`units:way.${value}`) })),
    preview: preview && {
      sentences: preview.sentences,
      hasTargets: isEnd(change),
      fates: preview.fates.map((fate) => ({
        ...fate,
        programmeName: nameIn(reader, { name: fate.programmeName, nameEn: fate.programmeNameEn }),
        isWeight: fate.measure === 'grams',
        scopeLabel:
          fate.categoryId === null && fate.placeId === null && fate.fundingSource === null
            ? undefined
            : t('units:preview.scoped'),
        successorAfter: fate.given > 0 ? (fate.successorBefore ?? 0) + fate.given : undefined,
      })),
      hidden: Object.entries(form.values)
        .filter(([name, value]) => name !== '_csrf' && typeof value === 'string')
        .map(([name, value]) => ({ name, value })),
    },
  };
}
