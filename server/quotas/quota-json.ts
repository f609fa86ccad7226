import { z } from 'zod';
import type { PlaceTree } from '../units/place-tree.ts';
import type { Board } from './board/board.ts';
import type { BoardRow } from './board/board-rows.ts';
import type { Entry } from './board/entry-queries.ts';
import { PROGRESS_STATES } from './board/progress.ts';
import type { RowProgress, ScopedProgress } from './board/roll-up.ts';
import type { Programme } from './programme-list.ts';

const state = z.enum(PROGRESS_STATES);
const standing = {
  share: z.number().nullable(),
  placedShare: z.number().nullable(),
  expectedShare: z.number().nullable(),
  state,
  projectedDate: z.iso.date().nullable(),
};

export const programmeJson = z.object({
  id: z.int(),
  code: z.string(),
  name: z.string(),
  nameEn: z.string(),
  assistedPlace: z.string().nullable(),
  group: z.string().nullable(),
  participants: z.array(z.string()),
  startsOn: z.iso.date(),
  endsOn: z.iso.date(),
  countUntil: z.iso.date(),
  state: z.enum(['draft', 'open', 'closed']),
  countIndividualBy: z.enum(['payment', 'receipt']),
  countPrepaidBy: z.enum(['acceptance', 'review']),
  countOnAccountBy: z.enum(['acceptance', 'payment', 'review']),
  milestones: z.array(z.object({ dueOn: z.iso.date(), shareBp: z.int() })),
});

const targetJson = z.object({
  scopeKey: z.string(),
  category: z.string().nullable(),
  originPlace: z.string().nullable(),
  fundingSource: z.string().nullable(),
  measure: z.enum(['fen', 'grams']),
  value: z.int(),
  placed: z.int(),
  counted: z.int(),
  neededPerMonth: z.int().nullable(),
  ...standing,
});

const amounts = { placedFen: z.int(), placedGrams: z.int(), countedFen: z.int(), countedGrams: z.int() };

const progressJson = z.object({
  ...amounts,
  targetFen: z.int().nullable(),
  targetGrams: z.int().nullable(),
  neededPerMonthFen: z.int().nullable(),
  neededPerMonthGrams: z.int().nullable(),
  ...standing,
  targets: z.array(targetJson),
});

export const progressAnswer = z.object({
  programme: programmeJson,
  by: z.string(),
  at: z.iso.date(),
  asOf: z.date(),
  total: progressJson,
  rows: z.array(
    progressJson.extend({
      key: z.string(),
      name: z.string().nullable(),
      nameEn: z.string().nullable(),
      /** of units: the superior's code, the groups' codes, whether in more than one */
      parent: z.string().nullable(),
      groups: z.array(z.string()),
      dual: z.boolean(),
      exemptReason: z.string().nullable(),
    }),
  ),
});

export const entryJson = z.object({
  id: z.int().nullable(),
  event: z.enum(['placed', 'counted']),
  source: z.string(),
  onDay: z.iso.date(),
  placedOn: z.iso.date().nullable(),
  orderId: z.int().nullable(),
  lineId: z.int().nullable(),
  unit: z.object({ code: z.string(), name: z.string() }),
  fundingSource: z.string(),
  category: z.string().nullable(),
  originPlace: z.string().nullable(),
  supplier: z.string().nullable(),
  channel: z.string(),
  fen: z.int(),
  grams: z.int(),
  isAdjustment: z.boolean(),
  entries: z.int(),
});

export function toProgrammeJson(programme: Programme, places: PlaceTree): z.infer<typeof programmeJson> {
  const { groupId, assistedPlaceId, participants, ...told } = programme;
  return {
    ...told,
    assistedPlace: places.byId.get(assistedPlaceId)?.code ?? null,
    group: participants.find(({ id }) => id === groupId)?.code ?? null,
    participants: participants.map(({ code }) => code),
  };
}

export function toProgressJson(board: Board, progress: RowProgress): z.infer<typeof progressJson> {
  const { headline: _, targets, ...told } = progress;
  return { ...told, targets: targets.map((target) => toTargetJson(board, target)) };
}

function toTargetJson({ categories, places }: Board, target: ScopedProgress): z.infer<typeof targetJson> {
  const { categoryId, placeId, ...told } = target;
  return {
    ...told,
    category: (categoryId !== null && categories.byId.get(categoryId)?.code) || null,
    originPlace: (placeId !== null && places.byId.get(placeId)?.code) || null,
  };
}

export function toRowJson(board: Board, row: BoardRow): z.infer<typeof progressAnswer>['rows'][number] {
  const { key, name, nameEn, unit, depth: _, ...progress } = row;
  const groups = board.programme.participants.filter(({ id }) => unit?.groupIds.includes(id));
  return {
    ...{ key, name, nameEn },
    parent: (unit?.parentId && board.byId.get(unit.parentId)?.code) || null,
    groups: groups.map(({ code }) => code),
    dual: (unit?.groupIds.length ?? 0) > 1,
    exemptReason: unit?.exemptReason ?? null,
    ...toProgressJson(board, progress),
  };
}

export function toEntryJson({ categories, places }: Pick<Board, 'categories' | 'places'>, entry: Entry) {
  const { unitCode, unitName, unitNameEn: _, supplierCode, supplierName: __, supplierNameEn: ___, ...told } = entry;
  const { categoryId, originPlaceId, ...rest } = told;
  return {
    ...rest,
    unit: { code: unitCode, name: unitName },
    category: categories.byId.get(categoryId)?.code ?? null,
    originPlace: places.byId.get(originPlaceId)?.code ?? null,
    supplier: supplierCode,
  } satisfies z.infer<typeof entryJson>;
}
