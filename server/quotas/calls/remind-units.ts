import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { ReminderKind } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';

/** The outbox topic of a reminder that its unit's people must be told. */
export const UNIT_REMINDED = 'unit.reminded';
export const unitReminded = z.object({ reminderId: z.number().int() });

export interface Reminding {
  programmeId: number;
  unitIds: readonly number[];
  kind: ReminderKind;
  text: string;
}

/**
 * Notes that units were reminded of their targets (催办); of messages their approvers and buyers are told, by inbox and mail. Who may
 * and which units is for the caller to see to. Returns how many units.
 */
export async function remindUnits(db: PrismaClient, actor: Actor, reminding: Reminding, at: Date): Promise<number> {
  const { programmeId, kind, text } = reminding;
  const unitIds = [...new Set(reminding.unitIds)];
  await inTransaction(db, async (tx) => {
    for (const unitId of unitIds) {
      const data = { programmeId, unitId, kind, text, byId: actor.id, at };
      const { id } = await tx.unitReminder.create({ data, select: { id: true } });
      if (kind === 'message') await enqueue(tx, UNIT_REMINDED, [{ reminderId: id }]);
      await audit(tx, {
        at,
        actorId: actor.id,
        action: `unit.${kind === 'message' ? 'remind' : 'call'}`,
        subjectType: 'programme',
        subjectId: programmeId,
        unitId,
        after: { text },
      });
    }
  });
  return unitIds.length;
}
