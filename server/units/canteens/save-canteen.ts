import type { AddressInput } from '../../accounts/account-schemas.ts';
import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, RuleRefusal } from '../../shared/errors.ts';
import type { CanteenHours } from './canteen-hours.ts';
import { findKeptCanteen, unitsKeptFor } from './canteen-queries.ts';

export interface CanteenInput extends AddressInput {
  name: string;
  hours: CanteenHours;
  note: string | null;
}

const MOST = 50;

/** Adds a canteen to a unit. Refuses a unit that is not the actor's with 404, another of the same name, and more than 50 by field. */
export function addCanteen(
  db: PrismaClient,
  actor: Actor,
  unitId: number,
  input: CanteenInput,
  at: Date,
): Promise<number> {
  if (!unitsKeptFor(actor).includes(unitId)) throw new NotFound();
  return named(() =>
    inTransaction(db, async (tx) => {
      await tx.$queryRaw`SELECT id FROM unit WHERE id = ${unitId} FOR UPDATE`;
      if ((await tx.canteen.count({ where: { unitId } })) >= MOST)
        throw new RuleRefusal('tooManyCanteens', [], { maximum: MOST });
      const { id } = await tx.canteen.create({
        data: { ...input, unitId, createdAt: at },
        select: { id: true },
      });
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'canteen.add', subjectType: 'canteen', subjectId: id, unitId },
        after: { ...input },
      });
      return id;
    }),
  );
}

/** Changes a canteen; orders keep the address and window that they were made with. Refuses as addCanteen does. */
export function changeCanteen(
  db: PrismaClient,
  actor: Actor,
  id: number,
  input: CanteenInput,
  at: Date,
): Promise<void> {
  return named(() =>
    inTransaction(db, async (tx) => {
      await tx.$queryRaw`SELECT id FROM canteen WHERE id = ${id} FOR UPDATE`;
      const { unitId, name, recipient, phone, region, detail, hours, note } = await findKeptCanteen(tx, actor, id);
      await tx.canteen.update({ where: { id }, data: { ...input }, select: { id: true } });
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'canteen.change', subjectType: 'canteen', subjectId: id, unitId },
        ...{ before: { name, recipient, phone, region, detail, hours, note }, after: { ...input } },
      });
    }),
  );
}

/** Takes nothing more there, or again. */
export async function setCanteenOpen(
  db: PrismaClient,
  actor: Actor,
  id: number,
  isOpen: boolean,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM canteen WHERE id = ${id} FOR UPDATE`;
    const { unitId } = await findKeptCanteen(tx, actor, id);
    await tx.canteen.update({ where: { id }, data: { closedAt: isOpen ? null : at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: isOpen ? 'canteen.reopen' : 'canteen.close' },
      ...{ subjectType: 'canteen', subjectId: id, unitId },
    });
  });
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new RuleRefusal('badInput', [{ path: 'name', code: 'canteenNameTaken' }]);
  }
}
