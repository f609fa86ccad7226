import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { requireNothingOrdered } from './link-order.ts';
import { lockRun } from './lock-run.ts';
import { requireRunState } from './run-states.ts';

export interface WantedDeliveries {
  /** the unit's address of the run; null: as it is */
  addressId: number | null;
  /** the unit's address of each department; those not named are served with the run's own */
  departments: { department: string; addressId: number }[];
}

/**
 * Sets where a run's goods go, as a whole and by department, until something of it is ordered. The addresses are copied, so that changing
 * one later moves nothing. Refuses by field what is no address of the unit.
 */
export async function changeDeliveries(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  wanted: WantedDeliveries,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'draft', 'choosing', 'ordered');
    await requireNothingOrdered(tx, runId);
    const addresses = await tx.address.findMany({ where: { unitId: run.unitId, deletedAt: null } });
    const copyOf = (id: number, path: string) => {
      const found = addresses.find((one) => one.id === id);
      if (!found) throw new RuleRefusal('badInput', [{ path, code: 'required' }]);
      const { recipient, phone, region, detail } = found;
      return { recipient, phone, region, address: detail };
    };
    const { recipient, phone, region, address } = run;
    const own =
      wanted.addressId === null ? { recipient, phone, region, address } : copyOf(wanted.addressId, 'addressId');
    if (wanted.addressId !== null)
      await tx.welfareRun.update({ where: { id: runId }, data: own, select: { id: true } });
    await tx.welfareDelivery.deleteMany({ where: { runId } });
    const rows = wanted.departments.map((one) => ({ runId, ...one, ...copyOf(one.addressId, 'departments') }));
    // The run's own address is no other one: its goods travel together.
    const others = rows.filter((row) =>
      (['recipient', 'phone', 'region', 'address'] as const).some((key) => row[key] !== own[key]),
    );
    await tx.welfareDelivery.createMany({ data: others });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'welfare.deliveries', subjectType: 'welfare_run', subjectId: runId },
      ...{ unitId: run.unitId, after: { addressId: wanted.addressId, departments: wanted.departments } },
    });
  });
}
