import type { Channel, FundingSource, TallyEvent, TallySource } from '../../db/generated/enums.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { stateOf } from './add-tasks.ts';
import type { DemoProgramme } from './fact-tasks.ts';
import type { Tables } from './rows.ts';
import type { World } from './world.ts';

/** A placed line, with all that its entries copy. */
export interface PlacedLine {
  orderId: number | null;
  lineId: number;
  placedOn: Day;
  lineageId: number;
  groupIds: string;
  unitId: number;
  fundingSource: FundingSource;
  categoryId: number;
  categoryPath: string;
  originPlaceId: number;
  originPath: string;
  supplierId: number | null;
  channel: Channel;
  zoneId: number | null;
  /** null: it lacks a certification and counts nowhere */
  certified: boolean;
  fen: number;
  grams: number;
}

export type Way = 'individual' | 'prepaid' | 'on_account' | 'offline';
export type CountedBy = 'payment' | 'receipt' | 'acceptance' | 'review' | 'verification';

interface Sum {
  fen: number;
  grams: number;
}

interface Standing {
  programme: Rule;
  placed: Sum;
  counted: Sum;
}

interface Rule {
  id: number;
  facts: DemoProgramme;
  participants: number[];
  origins: string[];
  categories: string[];
}

/** What a line has in each programme that it qualifies for, and the facts that change it. */
export interface LineTally {
  line: PlacedLine;
  standings: Standing[];
}

export interface Fact {
  source: TallySource;
  sourceId: number;
  at: Date;
}

/** The tally's rules (place-order, receive-fulfilment, cancel-order) over rows in the making. */
export interface Tally {
  place(line: PlacedLine, fact: Fact): LineTally;
  count(tally: LineTally, way: Way, by: CountedBy, part: Sum, fact: Fact): void;
  /** takes back what was never delivered */
  reverse(tally: LineTally, part: Sum, fact: Fact): void;
  /** puts all entries into the rows, in the order in which they happened */
  finish(): void;
}

export function newTally(world: World): Tally {
  const counting = world.facts.programmes.filter(({ state }) => state !== 'draft');
  const rules = counting.map((facts): Rule => ruleOf(world, facts));
  const entries: Tables['tallyEntry'][] = [];
  const write = (tally: LineTally, rule: Rule, event: TallyEvent, sum: Sum, fact: Fact, leg = 0) => {
    const { groupIds, categoryPath, originPath, certified, placedOn, fen, grams, ...copied } = tally.line;
    const day = dayOf(fact.at);
    entries.push({
      programmeId: rule.id,
      event,
      source: fact.source,
      sourceId: fact.sourceId,
      ...copied,
      leg,
      at: fact.at,
      onDay: dayToColumn(day),
      placedOn: dayToColumn(placedOn),
      fen: sum.fen,
      grams: sum.grams,
      isAdjustment: stateOf(rule.facts, day) === 'closed',
    });
  };
  return {
    place(line, fact) {
      const standings = rules
        .filter((rule) => qualifies(rule, line))
        .map((programme) => ({
          programme,
          placed: { fen: line.fen, grams: line.grams },
          counted: { fen: 0, grams: 0 },
        }));
      const tally = { line, standings };
      for (const { programme, placed } of standings) write(tally, programme, 'placed', placed, fact);
      return tally;
    },
    count(tally, way, by, part, fact) {
      for (const standing of tally.standings) {
        const { programme, counted } = standing;
        if (countedBy(programme.facts, way) !== by || programme.facts.countUntil < dayOf(fact.at)) continue;
        counted.fen += part.fen;
        counted.grams += part.grams;
        write(tally, programme, 'counted', part, fact);
      }
    },
    reverse(tally, part, fact) {
      for (const standing of tally.standings) {
        const { placed, counted, programme } = standing;
        const back = { fen: Math.min(part.fen, placed.fen), grams: Math.min(part.grams, placed.grams) };
        const backCounted = {
          fen: Math.max(0, counted.fen - (placed.fen - back.fen)),
          grams: Math.max(0, counted.grams - (placed.grams - back.grams)),
        };
        for (const [event, sum, taken] of [
          ['placed', placed, back] as const,
          ['counted', counted, backCounted] as const,
        ]) {
          if (taken.fen === 0 && taken.grams === 0) continue;
          sum.fen -= taken.fen;
          sum.grams -= taken.grams;
          write(tally, programme, event, { fen: -taken.fen, grams: -taken.grams }, fact, 1);
        }
      }
    },
    finish() {
      entries.sort((a, b) => new Date(a.at).getTime() - new Date(b.at).getTime());
      for (const entry of entries) world.rows.add('tallyEntry', entry);
    },
  };
}

function ruleOf({ rows, id }: World, facts: DemoProgramme): Rule {
  return {
    id: id('programme', facts.code),
    facts,
    participants: facts.participants.map((code) => id('group', code)),
    origins: facts.origins.map((code) => rows.of('place')[id('place', code) - 1]?.path ?? ''),
    categories: facts.categories.map((code) => rows.of('category')[id('category', code) - 1]?.path ?? ''),
  };
}

function qualifies({ facts, participants, origins, categories }: Rule, line: PlacedLine): boolean {
  return (
    line.certified &&
    facts.startsOn <= line.placedOn &&
    line.placedOn <= facts.endsOn &&
    participants.some((groupId) => line.groupIds.includes(`,${groupId},`)) &&
    (origins.length === 0 || origins.some((path) => line.originPath.startsWith(path))) &&
    (categories.length === 0 || categories.some((path) => line.categoryPath.startsWith(path)))
  );
}

function countedBy(programme: DemoProgramme, way: Way): CountedBy {
  if (way === 'individual') return programme.countIndividualBy;
  if (way === 'prepaid') return programme.countPrepaidBy;
  return way === 'on_account' ? programme.countOnAccountBy : 'verification';
}
