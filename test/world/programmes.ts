import type { PrismaClient } from '../../server/db/client.ts';
import type { Category, Place, Programme, Target, Unit, UnitGroup } from '../../server/db/generated/client.ts';
import type {
  CountIndividualBy,
  CountOnAccountBy,
  CountPrepaidBy,
  FundingSource,
  ProgrammeState,
} from '../../server/db/generated/enums.ts';
import { addDays, type Day, dayToColumn } from '../../server/shared/days.ts';
import { nextNumber } from './numbering.ts';
import { aPlace } from './places.ts';
import { aGroup } from './units.ts';

export interface ProgrammeWish {
  code?: string;
  name?: string;
  /** the calendar year that it covers, unless startsOn and endsOn say otherwise */
  year?: number;
  startsOn?: Day;
  endsOn?: Day;
  /** 31 days after it ends when missing */
  countUntil?: Day;
  state?: ProgrammeState;
  group?: UnitGroup;
  assistedPlace?: Place;
  /** whose goods qualify; the assisted place when missing, [] for any */
  origins?: Place[];
  /** none: any category */
  categories?: Category[];
  participants?: UnitGroup[];
  countIndividualBy?: CountIndividualBy;
  countPrepaidBy?: CountPrepaidBy;
  countOnAccountBy?: CountOnAccountBy;
}

/** An open programme of one year for one group. */
export async function aProgramme(db: PrismaClient, wish: ProgrammeWish = {}): Promise<Programme> {
  const code = wish.code ?? `programme-${nextNumber()}`;
  const year = wish.year ?? new Date().getUTCFullYear();
  const endsOn = wish.endsOn ?? `${year}-12-31`;
  const place = wish.assistedPlace ?? (await aPlace(db));
  const participants = wish.participants ?? [wish.group ?? (await aGroup(db))];
  return db.programme.create({
    data: {
      code,
      name: wish.name ?? code,
      nameEn: code,
      groupId: wish.group?.id,
      assistedPlaceId: place.id,
      startsOn: dayToColumn(wish.startsOn ?? `${year}-01-01`),
      endsOn: dayToColumn(endsOn),
      countUntil: dayToColumn(wish.countUntil ?? addDays(endsOn, 31)),
      state: wish.state ?? 'open',
      countIndividualBy: wish.countIndividualBy ?? 'payment',
      countPrepaidBy: wish.countPrepaidBy ?? 'acceptance',
      countOnAccountBy: wish.countOnAccountBy ?? 'acceptance',
      origins: { create: (wish.origins ?? [place]).map(({ id }) => ({ placeId: id })) },
      categories: { create: (wish.categories ?? []).map(({ id }) => ({ categoryId: id })) },
      participants: { create: participants.map(({ id }) => ({ groupId: id })) },
    },
  });
}

export interface TargetWish {
  programme: Programme;
  unit: Unit;
  /** one of the two */
  fen?: number;
  grams?: number;
  category?: Category;
  place?: Place;
  fundingSource?: FundingSource;
}

/** What a unit must buy in a programme, as its first version. */
export function aTarget(db: PrismaClient, wish: TargetWish): Promise<Target> {
  const { programme, unit, fen, grams, category, place, fundingSource } = wish;
  const scope = [
    category && `category:${category.id}`,
    place && `place:${place.id}`,
    fundingSource && `funding:${fundingSource}`,
  ].filter(Boolean);
  return db.target.create({
    data: {
      programmeId: programme.id,
      unitId: unit.id,
      scopeKey: scope.join('|') || 'all',
      categoryId: category?.id,
      placeId: place?.id,
      fundingSource,
      measure: fen === undefined ? 'grams' : 'fen',
      versions: { create: { version: 1, value: fen ?? grams ?? 0, reason: '年初下达（测试）' } },
    },
  });
}
