import { peopleServing } from '../accounts/people-serving.ts';
import type { SupplierGap, UntracedMark } from '../catalog/trace-gaps.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/** Reminds suppliers of what their tracing lacks, each at most once a day. Returns how many suppliers it told. */
export async function tellTraceGaps(
  db: PrismaClient,
  gaps: { batches: readonly SupplierGap[]; marks: readonly UntracedMark[] },
  today: Day,
): Promise<number> {
  const bare = new Map(gaps.batches.map(({ supplierId, bare: count }) => [supplierId, count]));
  const marks = new Map<number, number>();
  for (const { supplierId } of gaps.marks) marks.set(supplierId, (marks.get(supplierId) ?? 0) + 1);
  const suppliers = [...new Set([...bare.keys(), ...marks.keys()])];
  const people = await peopleServing(db, suppliers, today);
  await notify(
    db,
    [...people].flatMap(([supplierId, userIds]) =>
      userIds.map(
        (userId): Notice => ({
          userId,
          kind: 'trace_missing',
          data: { batches: bare.get(supplierId) ?? 0, marks: marks.get(supplierId) ?? 0 },
          link: pathTo('traceLabels'),
          dedupeKey: `trace.missing ${supplierId} ${today}`,
        }),
      ),
    ),
  );
  return suppliers.length;
}
