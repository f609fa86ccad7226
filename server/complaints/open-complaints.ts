import type { Db } from '../db/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

/** Complaints that were not answered yet, and those of them whose term has run out. */
export async function countOpenComplaints(db: Db, today: Day): Promise<{ open: number; overdue: number }> {
  const open = { state: { in: ['received', 'in_hand'] as ('received' | 'in_hand')[] } };
  const [all, overdue] = await Promise.all([
    db.complaint.count({ where: open }),
    db.complaint.count({ where: { ...open, dueOn: { lt: dayToColumn(today) } } }),
  ]);
  return { open: all, overdue };
}
