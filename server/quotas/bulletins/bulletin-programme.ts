import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { type Day, dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import type { Programme } from '../programme-list.ts';

const include = {
  participants: { include: { group: { select: { id: true, code: true, name: true, nameEn: true, placeId: true } } } },
  milestones: true,
} as const;

type Row = Prisma.ProgrammeGetPayload<{ include: typeof include }>;

/** A programme whoever asks; a bulletin's reader need not see the programme itself. Throws NotFound. */
export async function programmeOf(db: Db, id: number): Promise<Programme> {
  const row = await db.programme.findUnique({ where: { id }, include });
  if (!row) throw new NotFound();
  return toProgramme(row);
}

/** The programme of the same place and group that covered a day before this one began; null when there was none. */
export async function programmeBefore(db: Db, programme: Programme, day: Day): Promise<Programme | null> {
  const row = await db.programme.findFirst({
    where: {
      id: { not: programme.id },
      assistedPlaceId: programme.assistedPlaceId,
      groupId: programme.groupId,
      state: { not: 'draft' },
      startsOn: { lte: dayToColumn(day) },
      endsOn: { gte: dayToColumn(day), lt: dayToColumn(programme.startsOn) },
    },
    include,
    orderBy: { startsOn: 'desc' },
  });
  return row && toProgramme(row);
}

function toProgramme({ participants, milestones, startsOn, endsOn, countUntil, ...row }: Row): Programme {
  return {
    ...row,
    startsOn: dayFromColumn(startsOn),
    endsOn: dayFromColumn(endsOn),
    countUntil: dayFromColumn(countUntil),
    participants: participants.map(({ group }) => group).sort((a, b) => a.id - b.id),
    milestones: milestones.map(({ dueOn, shareBp }) => ({ dueOn: dayFromColumn(dueOn), shareBp })),
  };
}

/** The same day a year before; of 29 February the 28th. */
export function yearBefore(day: Day): Day {
  const before = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;
  return before.endsWith('02-29') ? `${before.slice(0, 8)}28` : before;
}
