import type { Actor } from '../../accounts/actor.ts';
import type { Db, Tx } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import type { BulletinKind, BulletinState } from '../../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { listProgrammes, type Programme } from '../programme-list.ts';
import { type Figures, readFigures } from './bulletin-figures.ts';
import { mayIssueFor } from './bulletin-policy.ts';
import { programmeOf } from './bulletin-programme.ts';

const head = {
  id: true,
  programmeId: true,
  kind: true,
  startsOn: true,
  endsOn: true,
  asOf: true,
  number: true,
  title: true,
  issuer: true,
  state: true,
  publishedAt: true,
  createdAt: true,
  correctsId: true,
  correctionReason: true,
  corrects: { select: { id: true, number: true, title: true } },
  correction: { select: { id: true, number: true, title: true, state: true, publishedAt: true } },
  programme: { select: { code: true, name: true, nameEn: true } },
} as const satisfies Prisma.BulletinSelect;

type HeadRow = Prisma.BulletinGetPayload<{ select: typeof head }>;
export type BulletinHead = Omit<HeadRow, 'startsOn' | 'endsOn'> & { startsOn: Day; endsOn: Day };

function toHead(row: HeadRow): BulletinHead {
  return { ...row, startsOn: dayFromColumn(row.startsOn), endsOn: dayFromColumn(row.endsOn) };
}

export interface ListWish {
  state: BulletinState;
  kind?: BulletinKind;
  programmeCode?: string;
  /** only of these */
  programmeIds?: readonly number[];
  beforeId?: number;
  limit: number;
}

/** Bulletins, the newest first, by key. Drafts are for whoever issues for `programmeIds`. */
export async function listBulletins(db: Db, wish: ListWish): Promise<BulletinHead[]> {
  const { state, kind, programmeCode, programmeIds, beforeId, limit } = wish;
  const rows = await db.bulletin.findMany({
    where: {
      ...{ state, kind },
      ...(programmeIds ? { programmeId: { in: [...programmeIds] } } : {}),
      ...(programmeCode ? { programme: { code: programmeCode } } : {}),
      ...(beforeId ? { id: { lt: beforeId } } : {}),
    },
    select: head,
    orderBy: { id: 'desc' },
    take: limit,
  });
  return rows.map(toHead);
}

/** The programmes for which the actor issues bulletins, running ones first. */
export async function programmesIssuedFor(db: Db, actor: Actor, today: Day): Promise<Programme[]> {
  const programmes = await listProgrammes(db, actor, today);
  return programmes.filter((one) => one.state !== 'draft' && mayIssueFor(actor, one));
}

const whole = {
  ...head,
  recipients: true,
  text: true,
  cases: true,
  figures: true,
  remarks: true,
  revision: true,
  createdById: true,
  publishedById: true,
  seal: true,
} as const satisfies Prisma.BulletinSelect;

export interface Bulletin extends BulletinHead {
  recipients: string;
  text: string;
  cases: string | null;
  figures: Figures;
  /** by unit code */
  remarks: Record<string, string>;
  revision: number;
  createdById: number;
  publishedById: number | null;
  state: BulletinState;
}

/** A bulletin whoever asks. Throws NotFound. */
export async function bulletinOf(db: Db, id: number): Promise<Bulletin> {
  const row = await db.bulletin.findUnique({ where: { id }, select: whole });
  if (!row) throw new NotFound();
  const { figures, remarks, seal, ...told } = row;
  return { ...told, ...toHead(row), figures: readFigures(figures), remarks: readRemarks(remarks) };
}

export interface FoundBulletin {
  bulletin: Bulletin;
  programme: Programme;
  /** the reader drafts and publishes for this programme */
  mayIssue: boolean;
}

/** A bulletin as its reader may see it: anyone a published one, whoever issues for the programme a draft too. Throws NotFound. */
export async function findBulletin(db: Db, actor: Actor | null, id: number): Promise<FoundBulletin> {
  const bulletin = await bulletinOf(db, id);
  const programme = await programmeOf(db, bulletin.programmeId);
  const mayIssue = actor !== null && mayIssueFor(actor, programme);
  if (bulletin.state !== 'published' && !mayIssue) throw new NotFound();
  return { bulletin, programme, mayIssue };
}

/** The same for whoever issues for the programme alone, with the row locked. Throws NotFound. */
export async function lockBulletin(tx: Tx, actor: Actor, id: number): Promise<FoundBulletin> {
  await tx.$queryRaw`SELECT id FROM bulletin WHERE id = ${id} FOR UPDATE`;
  const found = await findBulletin(tx, actor, id);
  if (!found.mayIssue) throw new NotFound();
  return found;
}

export function readRemarks(json: unknown): Record<string, string> {
  const value: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
