import type { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { addDays, type Day, dayFromColumn, daysBetween, dayToColumn } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import { countUntilAfter } from './programme-check.ts';
import type { LoadedChoices } from './programme-choices.ts';
import type { ProgrammeFile } from './programme-queries.ts';
import type { openProgrammeForm, ProgrammeWish, programmeForm } from './programme-schemas.ts';

/** What stands in the form, as typed; `milestones` by row. */
export type FormValues = Record<string, unknown>;

/** Fields of the form whose faults stand beside them. */
export const FORM_FIELDS = [
  ...[
    'name',
    'nameEn',
    'code',
    'group',
    'assistedPlace',
    'startsOn',
    'endsOn',
    'countUntil',
    'participants',
    'origins',
  ],
  ...[
    'categories',
    'countIndividualBy',
    'countPrepaidBy',
    'countOnAccountBy',
    'ratio',
    'perEmployee',
    'priceRiseLimit',
  ],
];

const FIELD_OF: Record<string, string> = {
  ingredientRatioBp: 'ratio',
  perEmployeeFen: 'perEmployee',
  priceRiseLimitBp: 'priceRiseLimit',
};

/** The faults of a checked wish by the fields of the form: rows that were left empty have no number in the wish. */
export function faultsInForm(faults: readonly Fault[], rows: readonly { index: number }[]): Fault[] {
  return faults.map((fault) => {
    const row = /^milestones\.(\d+)\.(dueOn|shareBp)$/.exec(fault.path);
    if (!row) return { ...fault, path: FIELD_OF[fault.path] ?? fault.path };
    const index = rows[Number(row[1])]?.index ?? Number(row[1]);
    return { ...fault, path: `milestones.${index}.${row[2] === 'dueOn' ? 'dueOn' : 'share'}` };
  });
}

/** What the fields that change at any time come to, in basis points and fen. */
export function changeableOf(form: z.output<typeof openProgrammeForm>) {
  return {
    name: form.name,
    nameEn: form.nameEn,
    ingredientRatioBp: form.ratio ?? 0,
    perEmployeeFen: form.perEmployee,
    priceRiseLimitBp: form.priceRiseLimit ?? 1000,
    milestones: form.milestones.map(({ dueOn, shareBp }) => ({ dueOn, shareBp })),
  };
}

export function wishOf(form: z.output<typeof programmeForm>): ProgrammeWish {
  const { code, assistedPlace, startsOn, endsOn, origins, categories, participants } = form;
  const { countIndividualBy, countPrepaidBy, countOnAccountBy } = form;
  return {
    ...{ code, assistedPlace, startsOn, endsOn, origins, categories, participants },
    ...{ countIndividualBy, countPrepaidBy, countOnAccountBy },
    ...changeableOf(form),
    group: form.group || null,
    countUntil: form.countUntil,
  };
}

/** A programme as the form shows it. */
export function valuesOf(file: ProgrammeFile, choices: Pick<LoadedChoices, 'places' | 'categories'>): FormValues {
  const { code, name, nameEn, startsOn, endsOn, countUntil } = file;
  const { countIndividualBy, countPrepaidBy, countOnAccountBy } = file;
  const codeIn = (tree: { byId: Map<number, { code: string }> }) => (id: number) => tree.byId.get(id)?.code ?? '';
  return {
    ...{ code, name, nameEn, startsOn, endsOn, countUntil, countIndividualBy, countPrepaidBy, countOnAccountBy },
    group: file.group?.code ?? '',
    assistedPlace: codeIn(choices.places)(file.assistedPlaceId),
    origins: file.originIds.map(codeIn(choices.places)),
    categories: file.categoryIds.map(codeIn(choices.categories)),
    participants: file.participants.map((group) => group.code),
    ratio: file.ingredientRatioBp === 0 ? '' : percentText(file.ingredientRatioBp),
    perEmployee: file.perEmployeeFen === 0 ? '' : formatYuan(file.perEmployeeFen).replaceAll(',', ''),
    priceRiseLimit: percentText(file.priceRiseLimitBp),
    milestones: file.milestones.map(({ dueOn, shareBp }) => ({ dueOn, share: percentText(shareBp) })),
  };
}

/** The start of the next one: the same rules, moved on by as many years as it lasts, in its dates and wherever a year is written. */
export function nextYearOf(
  values: FormValues,
  { startsOn, endsOn }: Pick<ProgrammeFile, 'startsOn' | 'endsOn'>,
): FormValues {
  const years = Math.max(1, Math.round(daysBetween(startsOn, endsOn) / 365));
  const renamed = (text: unknown) =>
    String(text).replace(/(?<!\d)20\d\d(?!\d)/g, (year) => String(Number(year) + years));
  const code = renamed(values.code);
  const nextEnd = movedOn(endsOn, years);
  return {
    ...values,
    code: code === values.code ? `${code}-${nextEnd.slice(0, 4)}`.slice(0, 64) : code,
    name: renamed(values.name),
    nameEn: renamed(values.nameEn),
    startsOn: movedOn(startsOn, years),
    endsOn: nextEnd,
    countUntil: countUntilAfter(nextEnd),
    milestones: (values.milestones as { dueOn: Day; share: string }[]).map(({ dueOn, share }) => ({
      dueOn: movedOn(dueOn, years),
      share,
    })),
  };
}

/** A form to begin with: the year that comes next from October on, quarters that rise evenly, the defaults of rule 2. */
export function newValues(actor: Actor, choices: LoadedChoices, today: Day): FormValues {
  const year = Number(today.slice(0, 4)) + (today.slice(5, 7) >= '10' ? 1 : 0);
  const own = [...choices.groups.values()].filter(({ id }) => actor.grants.some(({ groupId }) => groupId === id));
  const group = own.length === 1 ? own[0] : undefined;
  const place = group?.placeId ? (choices.places.byId.get(group.placeId)?.code ?? '') : '';
  return {
    group: group?.code ?? '',
    assistedPlace: place,
    startsOn: `${year}-01-01`,
    endsOn: `${year}-12-31`,
    countUntil: `${year + 1}-01-31`,
    origins: place ? [place] : [],
    categories: [],
    participants: group ? [group.code] : [],
    ratio: '10',
    priceRiseLimit: '10',
    milestones: ['03-31', '06-30', '09-30', '12-31'].map((day, index) => ({
      dueOn: `${year}-${day}`,
      share: String((index + 1) * 25),
    })),
  };
}

function movedOn(day: Day, years: number): Day {
  const isMonthEnd = addDays(day, 1).endsWith('-01');
  const date = dayToColumn(isMonthEnd ? addDays(day, 1) : day);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return isMonthEnd ? addDays(dayFromColumn(date), -1) : dayFromColumn(date);
}

/** Basis points in percent as one would type it: 1250 → "12.5". */
export function percentText(bp: number): string {
  const rest = String(bp % 100)
    .padStart(2, '0')
    .replace(/0+$/, '');
  return `${Math.floor(bp / 100)}${rest ? `.${rest}` : ''}`;
}
