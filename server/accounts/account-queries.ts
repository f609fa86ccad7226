import type { Db } from '../db/client.ts';
import type { FundingSource, Role } from '../db/generated/enums.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { type Actor, unitsBoughtFor } from './actor.ts';

export interface Profile {
  login: string;
  name: string;
  phone: string | null;
  email: string | null;
}

export async function profileOf(db: Db, actor: Actor): Promise<Profile> {
  return db.user.findUniqueOrThrow({
    where: { id: actor.id },
    select: { login: true, name: true, phone: true, email: true },
  });
}

interface Named {
  name: string;
  nameEn: string;
}

/** One right of a person and where it holds; `of` is null for rights over the whole market. */
export interface HeldRight {
  role: Role;
  of: Named | null;
  since: Date;
}

/** The rights that hold on a day, with the names of what they are rights of. */
export async function rightsOf(db: Db, actor: Actor, today: Day): Promise<HeldRight[]> {
  const day = dayToColumn(today);
  const named = { select: { name: true, nameEn: true } };
  const rows = await db.roleGrant.findMany({
    where: { userId: actor.id, since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
    select: { role: true, since: true, unit: named, group: named, supplier: named, place: named },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ role, since, unit, group, supplier, place }) => ({
    role,
    since,
    of: unit ?? group ?? supplier ?? place,
  }));
}

export interface UnitToBuyFor {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  fundingSources: FundingSource[];
}

/**
 * Units that the actor may buy for and from which funds (rule 6): an employee individually for the own unit, a buyer from each
 * source for which the unit has a payer (rule 26).
 */
export async function unitsToBuyFor(db: Db, actor: Actor): Promise<UnitToBuyFor[]> {
  const payers = await db.unitPayer.findMany({
    where: { unitId: { in: unitsBoughtFor(actor) } },
    select: { unitId: true, fundingSource: true },
    orderBy: { fundingSource: 'asc' },
  });
  const units = new Map<number, UnitToBuyFor>();
  for (const { role, unitId, unitCode, unitName, unitNameEn } of actor.grants) {
    if (unitId === null || (role !== 'employee' && role !== 'buyer')) continue;
    const unit = units.get(unitId) ?? {
      id: unitId,
      code: unitCode ?? '',
      name: unitName ?? '',
      nameEn: unitNameEn ?? '',
      fundingSources: [],
    };
    const sources = role === 'employee' ? (['individual'] as const) : payersOf(unitId);
    unit.fundingSources = [...new Set([...unit.fundingSources, ...sources])];
    units.set(unitId, unit);
  }
  return [...units.values()];

  function payersOf(unitId: number): FundingSource[] {
    return payers.filter((payer) => payer.unitId === unitId).map((payer) => payer.fundingSource);
  }
}

export interface DemoAccount {
  login: string;
  roles: Role[];
}

const DEMO_ACCOUNTS_SHOWN = 12;

/** The demonstration's accounts, the first made first; roles by what each adds to being an employee. */
export async function demoAccounts(db: Db): Promise<DemoAccount[]> {
  const users = await db.user.findMany({
    where: { isDemo: true, disabledAt: null },
    select: { login: true, grants: { select: { role: true }, orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
    take: DEMO_ACCOUNTS_SHOWN,
  });
  return users.map(({ login, grants }) => {
    const roles = [...new Set(grants.map((grant) => grant.role))];
    const added = roles.filter((role) => role !== 'employee');
    return { login, roles: added.length > 0 ? added : roles };
  });
}
