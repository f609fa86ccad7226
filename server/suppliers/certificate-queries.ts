import type { Db } from '../db/client.ts';
import type { InterruptionKind } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { type RegisterRow, readRegisterRow, registerColumns, registerTables } from './certification-register.ts';

export interface Certificate extends RegisterRow {
  creditCode: string | null;
  /** what interrupted it, the latest first */
  interruptions: { kind: InterruptionKind; since: Day; until: Day | null; publicReason: string | null }[];
}

/** An issued certificate by its number. Throws NotFound. Two statements. */
export async function findCertificate(db: Db, number: string): Promise<Certificate> {
  const rows = await db.$queryRaw<(Parameters<typeof readRegisterRow>[0] & { creditCode: string | null })[]>`
    ${registerColumns}, s.creditCode ${registerTables} WHERE ce.number = ${number.slice(0, 64)}`;
  const [row] = rows;
  if (!row) throw new NotFound();
  const interruptions = await db.certificationInterruption.findMany({
    where: { certificationId: row.id },
    select: { kind: true, since: true, until: true, publicReason: true },
    orderBy: { id: 'desc' },
  });
  const { creditCode, ...certification } = row;
  return {
    ...readRegisterRow(certification),
    creditCode,
    interruptions: interruptions.map(({ kind, since, until, publicReason }) => ({
      ...{ kind, publicReason },
      since: dayFromColumn(since),
      until: until && dayFromColumn(until),
    })),
  };
}

/** Whether a certificate holds on a day: within its first and last, and nothing interrupts it then. */
export function holdsOn({ validFrom, validUntil, interruptions }: Certificate, day: Day): boolean {
  if (validFrom === null || validUntil === null || day < validFrom || day > validUntil) return false;
  return !interruptions.some(({ since, until }) => since <= day && (until === null || until > day));
}
