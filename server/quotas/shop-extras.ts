import { type Actor, ownUnitId } from '../accounts/actor.ts';
import type { CatalogExtras } from '../catalog/catalog-extras.ts';
import { nameOf } from '../catalog/catalog-reader.ts';
import { findBuyableProducts } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { type Day, dayOf } from '../shared/days.ts';
import type { Locale } from '../web/i18n.ts';
import { type Board, loadBoard } from './board/board.ts';
import { unitPath } from './board/board-links.ts';
import type { ListedUnit } from './board/progress-queries.ts';
import { listProgrammes, ownUnits } from './programme-list.ts';
import { expectedCounts } from './tally/expected-counts.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** More running programmes than these are not looked through for one in which the unit has a target. */
const MOST_PROGRAMMES = 3;

/** What the shop's pages tell whoever belongs to a unit: how it stands, and what goods would count for. */
export function shopExtras({ db, clock }: Parts): CatalogExtras {
  return {
    taskOf: (actor, locale) => taskOf(db, actor, locale, dayOf(clock())),
    countsFor: (actor, productId, locale) => countsFor(db, actor, productId, locale, dayOf(clock())),
  };
}

/** The unit's progress of today in the running programme that asks something of it; null for outside buyers and without a target. */
async function taskOf(db: PrismaClient, actor: Actor, locale: Locale, today: Day) {
  const unitId = unitOf(actor);
  if (unitId === null) return null;
  const programmes = (await listProgrammes(db, actor, today)).filter(
    ({ state, startsOn, endsOn }) => state === 'open' && startsOn <= today && today <= endsOn,
  );
  for (const programme of programmes.slice(0, MOST_PROGRAMMES)) {
    const board = await loadBoard(db, { programme, filter: { units: () => [unitId] }, today, at: null });
    const unit = board.byId.get(unitId);
    const task = unit && presentTask(board, unit, locale);
    if (task) return task;
  }
  return null;
}

function presentTask(board: Board, unit: ListedUnit, locale: Locale) {
  const { headline } = board.roll.unit(unit);
  if (!headline) return null;
  const { measure, value, counted, share, placedShare, expectedShare, state } = headline;
  return {
    programmeName: nameOf(locale, board.programme),
    unitName: nameOf(locale, unit),
    ...(measure === 'fen' ? { targetFen: value, countedFen: counted } : { targetGrams: value, countedGrams: counted }),
    ...{ countedShare: share, placedShare, expectedShare, state },
    href: unitPath(board.programme, unit),
  };
}

/** The programmes for which goods that are on the shelf today would count, and for which unit; null: for none (rule 1). */
async function countsFor(db: PrismaClient, actor: Actor, productId: number, locale: Locale, today: Day) {
  const unitId = unitOf(actor);
  const unit = actor.grants.find((grant) => grant.unitId === unitId);
  if (unitId === null || !unit) return null;
  const product = (await findBuyableProducts(fast(db), [productId], today)).get(productId);
  if (!product?.onShelf) return null;
  const { categoryId, placeId } = product;
  const counts = await expectedCounts(db, unitId, [{ categoryId, placeId, fen: 0, grams: 0 }], today);
  if (counts.length === 0) return null;
  const names = counts.map(({ programmeName: name, programmeNameEn: nameEn }) => nameOf(locale, { name, nameEn }));
  return {
    unitName: nameOf(locale, { name: unit.unitName ?? '', nameEn: unit.unitNameEn }),
    programmeName: new Intl.ListFormat(locale).format(names),
  };
}

/** The employee's own unit, or the first that a buyer or approver answers for. */
function unitOf(actor: Actor): number | null {
  return ownUnitId(actor) ?? ownUnits(actor)[0] ?? null;
}
