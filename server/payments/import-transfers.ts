import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { StateConflict } from '../shared/errors.ts';
import { type NewTransfer, recordTransfer } from './record-transfer.ts';

export interface Imported {
  matched: number;
  /** wait for a person */
  unmatched: number;
  /** lines that were recorded before */
  known: number;
}

/** Records a bank's lines one by one; the same list again records only what is new, so an import that was cut off is done again. */
export async function importTransfers(
  db: PrismaClient,
  actor: Actor,
  transfers: readonly NewTransfer[],
  at: Date,
): Promise<Imported> {
  const imported: Imported = { matched: 0, unmatched: 0, known: 0 };
  for (const transfer of transfers) {
    try {
      const id = await recordTransfer(db, actor, transfer, at);
      const { state } = await db.transfer.findUniqueOrThrow({ where: { id }, select: { state: true } });
      imported[state === 'matched' ? 'matched' : 'unmatched'] += 1;
    } catch (error) {
      if (!(error instanceof StateConflict) || error.code !== 'transferKnown') throw error;
      imported.known += 1;
    }
  }
  return imported;
}
