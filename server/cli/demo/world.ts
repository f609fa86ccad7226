import { addDays, type Day, dayOf, startOfDay } from '../../shared/days.ts';
import { type DemoFacts, loadDemoFacts } from './facts.ts';
import { emptyRows, type Rows } from './rows.ts';

type Kind =
  | 'place'
  | 'unit'
  | 'group'
  | 'category'
  | 'brand'
  | 'supplier'
  | 'family'
  | 'product'
  | 'programme'
  | 'zone'
  | 'campaign'
  | 'user';

/** The demonstration in the making: its facts, the rows so far, and the ids of what the facts name by code. */
export interface World {
  facts: DemoFacts;
  rows: Rows;
  now: Date;
  today: Day;
  /** the first of the twelve months' days on which the market is bought from */
  firstDay: Day;
  /** Notes or finds the id of what a code names; an unknown code is a fault of the facts. */
  name(kind: Kind, code: string, id: number): void;
  id(kind: Kind, code: string): number;
  idOrNull(kind: Kind, code: string | null): number | null;
}

/** From when on everything that is older than the market holds. */
export const LONG_AGO: Day = '2022-01-01';

export function newWorld(now: Date): World {
  const today = dayOf(now);
  const names = new Map<string, number>();
  const id = (kind: Kind, code: string) => {
    const found = names.get(`${kind} ${code}`);
    if (found === undefined) throw new Error(`the demonstration knows no ${kind} ${code}`);
    return found;
  };
  return {
    facts: loadDemoFacts(today),
    rows: emptyRows(),
    now,
    today,
    firstDay: addDays(today, -365),
    name: (kind, code, value) => void names.set(`${kind} ${code}`, value),
    id,
    idOrNull: (kind, code) => (code === null ? null : id(kind, code)),
  };
}

/** What every supplier of the demonstration promises. */
export const CONFIRM_WITHIN_HOURS = 24;
export const SHIP_WITHIN_DAYS = 3;

export function latest(first: Day, ...others: Day[]): Day {
  return others.reduce((a, b) => (a > b ? a : b), first);
}

export function earliest(first: Day, ...others: Day[]): Day {
  return others.reduce((a, b) => (a < b ? a : b), first);
}

/** An instant of a day in Shanghai, by minutes after midnight. */
export function atMinute(day: Day, minute: number): Date {
  return new Date(startOfDay(day).getTime() + Math.round(minute * 60) * 1000);
}

export function hoursLater(instant: Date, hours: number): Date {
  return new Date(instant.getTime() + Math.round(hours * 3600) * 1000);
}
