import { type Actor, hasRole } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type {
  CountIndividualBy,
  CountOnAccountBy,
  CountPrepaidBy,
  ProgrammeState,
  Role,
} from '../db/generated/enums.ts';
import type { Day } from '../shared/days.ts';
import { listOf } from './board/progress-queries.ts';

export interface GroupName {
  id: number;
  code: string;
  name: string;
  nameEn: string;
}

export interface Participant extends GroupName {
  /** the assisted place; null: the programme's */
  placeId: number | null;
}

export interface Programme {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  groupId: number | null;
  assistedPlaceId: number;
  startsOn: Day;
  endsOn: Day;
  countUntil: Day;
  state: ProgrammeState;
  countIndividualBy: CountIndividualBy;
  countPrepaidBy: CountPrepaidBy;
  countOnAccountBy: CountOnAccountBy;
  /** the groups whose members' subtrees take part */
  participants: Participant[];
  milestones: { dueOn: Day; shareBp: number }[];
  /** while purchases from before it was opened are being taken in: how many of them, and the share of it (0..1) */
  stillTakingIn?: { done: number; total: number; share: number };
}

interface ProgrammeRow extends Omit<Programme, 'participants' | 'milestones' | 'stillTakingIn'> {
  participants: unknown;
  milestones: unknown;
  takenIn: number | null;
  toTakeIn: number | null;
}

const UNIT_ROLES: readonly Role[] = ['approver', 'buyer', 'employee'];

/** The units as whose approver, buyer or employee the actor looks at progress. */
export function ownUnits(actor: Actor, roles: readonly Role[] = UNIT_ROLES): number[] {
  const mine = actor.grants.filter((grant) => roles.includes(grant.role) && grant.unitId !== null);
  return [...new Set(mine.map((grant) => Number(grant.unitId)))];
}

export function organizedGroups(actor: Actor): number[] {
  return actor.grants.flatMap((grant) => (grant.role === 'organizer' && grant.groupId !== null ? [grant.groupId] : []));
}

/**
 * The programmes that an actor may see, those that run now first, then the newest: an operator all, an organizer those of their
 * groups or in which these take part, a unit's people those in which the unit took or takes part. Drafts are the organizers' alone.
 */
export async function listProgrammes(db: Db, actor: Actor, today: Day): Promise<Programme[]> {
  const rows = await db.$queryRaw<ProgrammeRow[]>`
    WITH RECURSIVE chain (unitId) AS (
      SELECT id FROM unit WHERE id IN (${listOf(ownUnits(actor))})
      UNION SELECT x.parentId FROM chain JOIN unit_position x ON x.unitId = chain.unitId WHERE x.parentId IS NOT NULL
    )
    SELECT p.id, p.code, p.name, p.nameEn, p.groupId, p.assistedPlaceId, p.state, p.countIndividualBy, p.countPrepaidBy, p.countOnAccountBy,
      DATE_FORMAT(p.startsOn, '%Y-%m-%d') AS startsOn, DATE_FORMAT(p.endsOn, '%Y-%m-%d') AS endsOn, DATE_FORMAT(p.countUntil, '%Y-%m-%d') AS countUntil,
      (SELECT JSON_ARRAYAGG(JSON_OBJECT('id', g.id, 'code', g.code, 'name', g.name, 'nameEn', g.nameEn, 'placeId', g.placeId))
        FROM programme_participant t JOIN unit_group g ON g.id = t.groupId WHERE t.programmeId = p.id) AS participants,
      (SELECT JSON_ARRAYAGG(JSON_OBJECT('dueOn', DATE_FORMAT(m.dueOn, '%Y-%m-%d'), 'shareBp', m.shareBp))
        FROM programme_milestone m WHERE m.programmeId = p.id) AS milestones,
      i.done AS takenIn, i.total AS toTakeIn
    FROM programme p LEFT JOIN programme_taking_in i ON i.programmeId = p.id AND i.finishedAt IS NULL
    WHERE ${visibleTo(actor)}
    ORDER BY p.state = 'open' AND p.startsOn <= ${today} AND p.endsOn >= ${today} DESC,
      p.groupId IN (${listOf(organizedGroups(actor))}) DESC, p.startsOn DESC, p.endsOn, p.id`;
  return rows.map(({ takenIn, toTakeIn, ...row }) => ({
    ...row,
    ...(toTakeIn === null ? {} : { stillTakingIn: takingInOf(Number(takenIn), toTakeIn) }),
    participants: sortById(listIn<Participant>(row.participants)),
    milestones: listIn(row.milestones),
  }));
}

/** What is placed while it runs is looked at too, so that more may be done than was there at first. */
export function takingInOf(done: number, total: number): NonNullable<Programme['stillTakingIn']> {
  return { done: Math.min(done, total), total, share: total === 0 ? 1 : Math.min(1, done / total) };
}

function visibleTo(actor: Actor): Prisma.Sql {
  if (hasRole(actor, 'operator')) return Prisma.sql`TRUE`;
  const groups = listOf(organizedGroups(actor));
  return Prisma.sql`(p.groupId IN (${groups}) OR EXISTS (
      SELECT 1 FROM programme_participant t WHERE t.programmeId = p.id AND t.groupId IN (${groups}))
    OR p.state <> 'draft' AND (
      EXISTS (SELECT 1 FROM chain JOIN target t ON t.unitId = chain.unitId WHERE t.programmeId = p.id)
      OR EXISTS (SELECT 1 FROM chain JOIN group_member x ON x.unitId = chain.unitId JOIN programme_participant t ON t.groupId = x.groupId
        WHERE t.programmeId = p.id AND x.since <= p.endsOn AND (x.until IS NULL OR x.until > p.startsOn))))`;
}

/** A JSON column comes as text from MariaDB and read from MySQL. */
function listIn<T>(json: unknown): T[] {
  const list: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  return Array.isArray(list) ? (list as T[]) : [];
}

function sortById<T extends { id: number }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => a.id - b.id);
}
