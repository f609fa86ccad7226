import type { CategoryTree } from '../../catalog/category-tree.ts';
import { addDays, type Day, daysBetween } from '../../shared/days.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import { LOWEST_RATIO_BP, type ProgrammeWish } from './programme-schemas.ts';

const LONGEST_DAYS = 6 * 366;

/** What a programme's codes may name. */
export interface ProgrammeChoices {
  places: PlaceTree;
  categories: CategoryTree;
  /** the groups that the actor may choose, by code */
  groups: ReadonlyMap<string, { id: number }>;
  /** organizers run programmes of a group; operators also those of none */
  groupNeeded: boolean;
}

/** A programme in ids. */
export interface CheckedProgramme extends Omit<ProgrammeWish, 'group' | 'assistedPlace' | 'countUntil'> {
  groupId: number | null;
  assistedPlaceId: number;
  countUntil: Day;
  originIds: number[];
  categoryIds: number[];
  participantIds: number[];
}

/** The 31 January after a day, until which a programme counts unless it says otherwise (rule 3). */
export function countUntilAfter(endsOn: Day): Day {
  const year = Number(endsOn.slice(0, 4));
  return endsOn < `${year}-01-31` ? `${year}-01-31` : `${year + 1}-01-31`;
}

/** Resolves codes and checks what no single field can know. Throws RuleRefusal with every fault by its field. */
export function checkProgramme(wish: ProgrammeWish, choices: ProgrammeChoices): CheckedProgramme {
  const faults: Fault[] = [];
  const { places, categories, groups, groupNeeded } = choices;
  const { group, assistedPlace, countUntil = countUntilAfter(wish.endsOn), ...rest } = wish;
  const find = (codes: readonly string[], path: string, known: ReadonlyMap<string, { id: number }>) =>
    [...new Set(codes)].flatMap((code) => {
      const found = known.get(code);
      if (!found) faults.push({ path, code: 'notAChoice' });
      return found ? [found.id] : [];
    });
  if (group === null && groupNeeded) faults.push({ path: 'group', code: 'required' });
  const [groupId = null] = group === null ? [] : find([group], 'group', groups);
  const [assistedPlaceId = 0] = find([assistedPlace], 'assistedPlace', places.byCode);
  const originIds = find(wish.origins, 'origins', places.byCode);
  const categoryIds = find(wish.categories, 'categories', categories.byCode);
  const participantIds = find(wish.participants, 'participants', groups);
  if (wish.participants.length === 0) faults.push({ path: 'participants', code: 'participantNeeded' });
  faults.push(...periodFaults(wish, countUntil), ...ratioFaults(wish), ...milestoneFaults(wish));
  if (faults.length > 0) throw new RuleRefusal('badInput', firstOfEach(faults));
  return { ...rest, groupId, assistedPlaceId, countUntil, originIds, categoryIds, participantIds };
}

function periodFaults({ startsOn, endsOn }: Pick<ProgrammeWish, 'startsOn' | 'endsOn'>, countUntil: Day): Fault[] {
  if (endsOn < startsOn) return [{ path: 'endsOn', code: 'endsBeforeStart' }];
  if (daysBetween(startsOn, endsOn) > LONGEST_DAYS) return [{ path: 'endsOn', code: 'programmeTooLong' }];
  if (countUntil < endsOn) return [{ path: 'countUntil', code: 'countUntilBeforeEnd' }];
  if (countUntil > addDays(endsOn, 366)) return [{ path: 'countUntil', code: 'countUntilTooLate' }];
  return [];
}

/** 10 % is the national floor (rule 9); nothing: no targets are declared from canteens' spending. */
export function ratioFaults({ ingredientRatioBp }: Pick<ProgrammeWish, 'ingredientRatioBp'>): Fault[] {
  if (ingredientRatioBp === 0 || ingredientRatioBp >= LOWEST_RATIO_BP) return [];
  return [{ path: 'ingredientRatioBp', code: 'belowNationalRatio', values: { percent: LOWEST_RATIO_BP / 100 } }];
}

/** Days and shares rise within the period; what is due on the last day is the whole. */
export function milestoneFaults({
  startsOn,
  endsOn,
  milestones,
}: Pick<ProgrammeWish, 'startsOn' | 'endsOn' | 'milestones'>): Fault[] {
  return milestones.flatMap(({ dueOn, shareBp }, index): Fault[] => {
    const before = milestones[index - 1];
    const at = (field: 'dueOn' | 'shareBp', code: string) => [{ path: `milestones.${index}.${field}`, code }];
    if (dueOn < startsOn || dueOn > endsOn) return at('dueOn', 'milestoneOutside');
    if (before && dueOn <= before.dueOn) return at('dueOn', 'milestoneNotLater');
    if (before && shareBp <= before.shareBp) return at('shareBp', 'milestoneNotMore');
    if (dueOn === endsOn && shareBp !== 10_000) return at('shareBp', 'milestoneNotWhole');
    return [];
  });
}

function firstOfEach(faults: readonly Fault[]): Fault[] {
  return faults.filter(({ path }, index) => faults.findIndex((other) => other.path === path) === index);
}
