import type { Db } from '../../db/client.ts';
import type { Prisma, Role } from '../../db/generated/client.ts';
import { type Day, dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { type Actor, suppliersActedFor, unitsApprovedFor } from '../actor.ts';
import { mayDecideRight } from './right-policy.ts';

const named = { select: { code: true, name: true, nameEn: true } } as const;
const shown = {
  ...{ id: true, role: true, unitId: true, supplierId: true, since: true, until: true },
  ...{ unit: named, group: named, supplier: named, place: named },
  user: { select: { id: true, login: true, name: true } },
} as const;

export interface ShownRight {
  id: number;
  role: Role;
  person: { id: number; login: string; name: string };
  /** null: the whole market */
  of: { code: string; name: string; nameEn: string } | null;
  since: Day;
  until: Day | null;
  holds: boolean;
}

type Row = Prisma.RoleGrantGetPayload<{ select: typeof shown }>;

function shownRight({ id, role, user, unit, group, supplier, place, since, until }: Row, today: Day): ShownRight {
  const last = until && dayFromColumn(until);
  return {
    ...{ id, role, person: user, of: unit ?? group ?? supplier ?? place },
    ...{ since: dayFromColumn(since), until: last, holds: last === null || last > today },
  };
}

const PEOPLE_FOUND = 20;
const MOST_SHOWN = 200;

export interface FoundPerson {
  id: number;
  login: string;
  name: string;
  isDisabled: boolean;
  rights: ShownRight[];
}

/** People whose login or name begins so, with what they hold today. */
export async function findPeople(db: Db, begins: string, today: Day): Promise<FoundPerson[]> {
  const day = dayToColumn(today);
  const people = await db.user.findMany({
    where: { OR: [{ login: { startsWith: begins } }, { name: { startsWith: begins } }] },
    select: {
      ...{ id: true, login: true, name: true, disabledAt: true },
      grants: { where: { OR: [{ until: null }, { until: { gt: day } }] }, select: shown, orderBy: { id: 'asc' } },
    },
    orderBy: { id: 'asc' },
    take: PEOPLE_FOUND,
  });
  return people.map(({ disabledAt, grants, ...person }) => ({
    ...person,
    isDisabled: disabledAt !== null,
    rights: grants.map((row) => shownRight(row, today)),
  }));
}

/** A person and all rights ever held, the newest first. Throws NotFound. */
export async function rightsOfPerson(db: Db, userId: number, today: Day) {
  const person = await db.user.findUnique({
    where: { id: userId },
    select: { id: true, login: true, name: true, disabledAt: true },
  });
  if (!person) throw new NotFound();
  const rows = await db.roleGrant.findMany({
    where: { userId },
    select: shown,
    orderBy: { id: 'desc' },
    take: MOST_SHOWN,
  });
  return { person, rights: rows.map((row) => shownRight(row, today)) };
}

/** Operators and certifiers of today. */
export async function staffOfToday(db: Db, today: Day): Promise<ShownRight[]> {
  const rows = await db.roleGrant.findMany({
    where: {
      ...{ unitId: null, role: { in: ['operator', 'certifier'] }, user: { disabledAt: null } },
      OR: [{ until: null }, { until: { gt: dayToColumn(today) } }],
    },
    select: shown,
    orderBy: [{ role: 'desc' }, { id: 'asc' }],
    take: MOST_SHOWN,
  });
  return rows.map((row) => shownRight(row, today));
}

/** Buyers and approvers of the units that the actor approves for, and who acts for the actor's suppliers: now and before, the newest first. */
export async function rightsDecidedBy(db: Db, actor: Actor, today: Day): Promise<ShownRight[]> {
  const rows = await db.roleGrant.findMany({
    where: {
      OR: [
        { unitId: { in: unitsApprovedFor(actor) }, role: { in: ['buyer', 'approver'] } },
        { supplierId: { in: suppliersActedFor(actor) }, role: 'supplier' },
      ],
    },
    select: shown,
    orderBy: { id: 'desc' },
    take: MOST_SHOWN,
  });
  return rows.map((row) => shownRight(row, today));
}

/** One right for whoever may end it. Throws NotFound. */
export async function findRight(db: Db, actor: Actor, id: number, today: Day): Promise<ShownRight> {
  const row = await db.roleGrant.findUnique({ where: { id }, select: shown });
  if (!row || !mayDecideRight(actor, row)) throw new NotFound();
  return shownRight(row, today);
}
