import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type PrismaClient } from '../../../server/db/client.ts';
import { loadBoard } from '../../../server/quotas/board/board.ts';
import { boardRows } from '../../../server/quotas/board/board-rows.ts';
import { type Dimension, loadParts, loadSums } from '../../../server/quotas/board/progress-queries.ts';
import type { Programme } from '../../../server/quotas/programme-list.ts';
import { addDays } from '../../../server/shared/days.ts';
import { testDatabase } from '../../setup/database.ts';
import { KNOWN } from './tally-model/known-histories.ts';
import type { Booked } from './tally-model/model.ts';
import { FIRST_DAY, PlayedMarket } from './tally-model/played-market.ts';
import { type History, histories, type Step } from './tally-model/steps.ts';

/** How many histories are played; `TALLY_HISTORIES=3000 npm test -- test/quotas/tally-model.test.ts` plays more. */
const HISTORIES = Number(process.env.TALLY_HISTORIES ?? 40);
const DIMENSIONS: Dimension[] = ['fundingSource', 'categoryId', 'originPlaceId', 'month'];
/** What targets for a part are judged by. */
const SCOPES: Dimension[][] = [['categoryId'], ['originPlaceId'], ['fundingSource', 'originPlaceId']];

let db: PrismaClient;
let market: PlayedMarket;
const played: Record<string, number> = {};

beforeAll(async () => {
  db = connect(await testDatabase(), { pool: 6 });
  market = await PlayedMarket.open(db);
});
afterAll(() => db.$disconnect());

async function playAndCompare({ rules, steps }: History): Promise<void> {
  await market.begin(rules);
  for (const [at, step] of steps.entries()) {
    await market.play(step);
    played[step.kind] = (played[step.kind] ?? 0) + 1;
    expect(await market.tenders(), step.kind).toEqual(market.model.tenders());
    await compare(step, at);
  }
}

it.each(Object.entries(KNOWN))('%s', (_, history) => playAndCompare(history));

it(`equals the model after every step of ${HISTORIES} random histories`, async () => {
  await fc.assert(fc.asyncProperty(histories, playAndCompare), { numRuns: HISTORIES });
  console.log(`${HISTORIES} histories: ${JSON.stringify(played)}`);
}, 3_600_000);

/** Units, groups and the whole of every open programme now; one way of parting and one past day of one of them in turn. */
async function compare(step: Step, at: number): Promise<void> {
  const dimension = DIMENSIONS[at % DIMENSIONS.length] as Dimension;
  const past = addDays(FIRST_DAY, (at * 17) % 60);
  for (const [turn, programme] of market.programmes.entries()) {
    const told = `${step.kind} at ${market.day}, ${programme.code}`;
    await compareRows(programme, null, dimension, told);
    await compareAdjustments(programme, told);
    if (at % 2 !== turn) continue;
    if (past < market.day) await compareRows(programme, past, dimension, `${told}, as of ${past}`);
    await compareParts(programme, at % 3 === 0 && past < market.day ? past : null, dimension, told);
  }
}

async function compareRows(programme: Programme, at: string | null, dimension: Dimension, told: string) {
  const { model } = market;
  const board = await loadBoard(db, { programme, filter: {}, dimensions: [dimension], today: market.day, at });
  const ofProgramme = (entry: Booked) => entry.programme === programme.id;
  const units = boardRows(board, 'unit');
  for (const row of units)
    expect({ unit: row.key, ...amountsIn(row) }, told).toEqual({
      unit: row.key,
      ...model.sum((entry) => ofProgramme(entry) && entry.chain.includes(row.unit?.id ?? 0), at),
    });
  const bought = new Set(model.booked.filter(ofProgramme).map(({ chain }) => chain.at(-1)));
  expect(
    units.map(({ unit }) => unit?.id),
    told,
  ).toEqual(expect.arrayContaining([...bought]));
  for (const [index, row] of boardRows(board, 'group').entries())
    expect({ group: row.key, ...amountsIn(row) }, told).toEqual({
      group: row.key,
      ...model.sum((entry) => ofProgramme(entry) && entry.groups.includes(programme.participants[index]?.id ?? 0), at),
    });
  expect(amountsIn(board.roll.whole()), told).toEqual(model.sum(ofProgramme, at));
}

/** What was written into the programme after it was closed. */
async function compareAdjustments({ id }: Programme, told: string) {
  const marked = await db.tallyEntry.findMany({ where: { programmeId: id, isAdjustment: true } });
  const found = { placedFen: 0, placedGrams: 0, countedFen: 0, countedGrams: 0 };
  for (const { event, fen, grams } of marked) {
    found[`${event}Fen`] += fen;
    found[`${event}Grams`] += grams;
  }
  const expected = market.model.sum(({ programme, isAdjustment }) => programme === id && isAdjustment, null);
  expect(found, `${told}, adjustments`).toEqual(expected);
}

async function compareParts(programme: Programme, until: string | null, dimension: Dimension, told: string) {
  const { model, world } = market;
  const { bureau } = world.units;
  const one = { programmeId: programme.id, until, dimensions: [dimension] };
  const every = { programmeId: programme.id, until, dimensions: DIMENSIONS };
  const ofProgramme = (entry: Booked) => entry.programme === programme.id;
  expect(parted(await loadParts(db, one), [dimension]), told).toEqual(bookedBy([dimension], ofProgramme, until));
  expect(parted(await loadSums(db, every), DIMENSIONS), told).toEqual(bookedBy(DIMENSIONS, ofProgramme, until));
  for (const of of SCOPES)
    expect(parted(await loadSums(db, { ...every, dimensions: of }), of), `${told}, of scopes`).toEqual(
      bookedBy(of, ofProgramme, until),
    );
  const below = parted(await loadParts(db, { ...every, unitIds: [bureau.id] }), DIMENSIONS);
  const ofBureau = (entry: Booked) => ofProgramme(entry) && entry.chain.includes(bureau.id);
  expect(below, `${told}, below the bureau`).toEqual(bookedBy(DIMENSIONS, ofBureau, until));
  const [{ groups }] = [model.programmes.find(({ id }) => id === programme.id) ?? { groups: [] }];
  const ofGroup = (entry: Booked) => ofProgramme(entry) && entry.groups.includes(groups[0] ?? 0);
  const inGroup = await loadParts(db, { ...one, groupId: groups[0] });
  expect(parted(inGroup, [dimension]), `${told}, in a group`).toEqual(bookedBy([dimension], ofGroup, until));
}

interface Amounts {
  placedFen: number;
  placedGrams: number;
  countedFen: number;
  countedGrams: number;
}

function amountsIn({ placedFen, placedGrams, countedFen, countedGrams }: Amounts): Amounts {
  return { placedFen, placedGrams, countedFen, countedGrams };
}

/** Amounts by what they were parted by; what comes to nothing is left out. */
function parted(rows: readonly (Amounts & Partial<Record<Dimension, unknown>>)[], by: readonly Dimension[]) {
  const parts: Record<string, Amounts> = {};
  for (const row of rows) {
    const key = by.map((dimension) => row[dimension]).join(' ');
    const sum = parts[key] ?? { placedFen: 0, placedGrams: 0, countedFen: 0, countedGrams: 0 };
    for (const name of Object.keys(sum) as (keyof Amounts)[]) sum[name] += row[name];
    parts[key] = sum;
  }
  return Object.fromEntries(Object.entries(parts).filter(([, sum]) => Object.values(sum).some((value) => value !== 0)));
}

function bookedBy(by: readonly Dimension[], where: (entry: Booked) => boolean, until: string | null) {
  const { model } = market;
  return parted(
    model.booked
      .filter((entry) => where(entry) && (until === null || entry.day <= until))
      .map((entry) => ({
        ...{ placedFen: 0, placedGrams: 0, countedFen: 0, countedGrams: 0 },
        ...{ [`${entry.event}Fen`]: entry.fen, [`${entry.event}Grams`]: entry.grams },
        ...{ fundingSource: entry.fundingSource, categoryId: entry.categoryId, originPlaceId: entry.originPlaceId },
        month: `${entry.day.slice(0, 7)}-01`,
      })),
    by,
  );
}
