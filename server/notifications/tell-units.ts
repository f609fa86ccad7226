import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { notify } from './notify.ts';

/** Tells the approvers and buyers of units that their organizer reminds them of their target; once a reminder, however often called. */
export async function tellUnits(db: PrismaClient, reminderIds: readonly number[], today: Day): Promise<void> {
  const day = dayToColumn(today);
  const reminders = await db.unitReminder.findMany({
    where: { id: { in: [...reminderIds] }, kind: 'message' },
    select: {
      id: true,
      text: true,
      programme: { select: { code: true, name: true, nameEn: true } },
      unit: {
        select: {
          code: true,
          name: true,
          nameEn: true,
          grants: {
            where: {
              role: { in: ['approver', 'buyer'] },
              since: { lte: day },
              OR: [{ until: null }, { until: { gt: day } }],
            },
            select: { userId: true },
          },
        },
      },
    },
  });
  await notify(
    db,
    reminders.flatMap(({ id, text, programme, unit }) =>
      [...new Set(unit.grants.map(({ userId }) => userId))].map((userId) => ({
        userId,
        kind: 'unit_reminded' as const,
        data: {
          text,
          unit: unit.name,
          unitEn: unit.nameEn,
          programme: programme.name,
          programmeEn: programme.nameEn,
        },
        link: pathTo('boardUnit', { programmeCode: programme.code, unitCode: unit.code }),
        dedupeKey: `unit.reminded ${id}`,
      })),
    ),
  );
}
