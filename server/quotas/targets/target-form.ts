import type { FundingSource } from '../../db/generated/enums.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import { scopeKeyOf, type TargetScope, type TargetSetting } from './set-target.ts';
import { isTargetUnit, readAmount, TARGET_UNITS, type TargetUnit, writeAmount } from './target-amounts.ts';
import type { NewestTarget } from './target-queries.ts';
import type { ScopeTrees } from './target-scope.ts';

export const SET_FIELDS = ['amount', 'unit', 'category', 'place', 'funding', 'reason', 'exemptionReason'];

type Body = Record<string, unknown>;

const textOf = (value: unknown) => (typeof value === 'string' ? value.trim() : '');

/** The form of one target as it stands, to be changed. */
export function formOfTarget(target: NewestTarget, { categories, places }: ScopeTrees): Record<string, string> {
  const unit: TargetUnit = target.measure === 'fen' ? 'yuan' : 'kilograms';
  return {
    amount: writeAmount(target.value, unit),
    unit,
    category: (target.categoryId !== null && categories.byId.get(target.categoryId)?.code) || '',
    place: (target.placeId !== null && places.byId.get(target.placeId)?.code) || '',
    funding: target.fundingSource ?? '',
  };
}

/**
 * One target as the form says, with the version that its page showed. Throws BadInput with every fault by its field, the missing reason
 * included.
 */
export function settingOf(
  { id: unitId }: ListedUnit,
  trees: ScopeTrees,
  newest: readonly NewestTarget[],
  body: Body = {},
): TargetSetting {
  const faults: Fault[] = [];
  const scope = scopeIn(trees, body, faults);
  const unit = textOf(body.unit);
  const amount = textOf(body.amount);
  const value = isTargetUnit(unit) ? readAmount(amount, unit) : 0;
  if (!isTargetUnit(unit)) faults.push({ path: 'unit', code: 'notAChoice' });
  if (amount === '') faults.push({ path: 'amount', code: 'required' });
  else if (typeof value === 'string') faults.push({ path: 'amount', code: value });
  if (textOf(body.reason) === '') faults.push({ path: 'reason', code: 'reasonNeeded' });
  if (faults.length > 0 || !isTargetUnit(unit) || typeof value === 'string') throw new BadInput(faults);
  const { measure } = TARGET_UNITS[unit];
  const held = newest.find((target) => target.scopeKey === scopeKeyOf(scope) && target.measure === measure);
  return { unitId, ...scope, measure, value, seenVersion: seenOf(textOf(body.seen), held), path: 'amount' };
}

/** The parts of a scope that a form chose; a fault at each that is no choice. */
export function scopeIn({ categories, places }: ScopeTrees, body: Body, faults: Fault[]): TargetScope {
  const [category, place, funding] = [textOf(body.category), textOf(body.place), textOf(body.funding)];
  const [categoryId, placeId] = [categories.byCode.get(category)?.id ?? null, places.byCode.get(place)?.id ?? null];
  if (category !== '' && categoryId === null) faults.push({ path: 'category', code: 'notAChoice' });
  if (place !== '' && placeId === null) faults.push({ path: 'place', code: 'notAChoice' });
  if (funding !== '' && !isFunding(funding)) faults.push({ path: 'funding', code: 'notAChoice' });
  return { categoryId, placeId, fundingSource: isFunding(funding) ? funding : null };
}

function isFunding(text: string): text is FundingSource {
  return ['canteen_budget', 'union_funds', 'individual'].includes(text);
}

/** The version of a target in the list that the page carried ("12:3,14:1"); 0 where the page showed none. */
function seenOf(seen: string, held: NewestTarget | undefined): number {
  const pairs = seen.split(',').map((pair) => pair.split(':').map(Number));
  return pairs.find(([id]) => id === held?.id)?.[1] ?? 0;
}
