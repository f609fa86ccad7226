import type { Db } from '../db/client.ts';
import type { WelfareDelivery, WelfareRun } from '../db/generated/client.ts';

export interface Delivery {
  recipient: string;
  phone: string;
  region: string;
  address: string;
}

type RunDeliveries = Pick<WelfareRun, 'recipient' | 'phone' | 'region' | 'address'> & {
  deliveries: readonly WelfareDelivery[];
};

/** Where the goods of an address go: as a department's delivery says, and for 0 the run's own. */
export function deliveryFinder({ deliveries, ...run }: RunDeliveries): (addressId: number) => Delivery {
  return (addressId) => {
    const { recipient, phone, region, address } = deliveries.find((row) => row.addressId === addressId) ?? run;
    return { recipient: recipient ?? '', phone: phone ?? '', region: region ?? '', address: address ?? '' };
  };
}

export const addressLine = ({ region, address, recipient, phone }: Delivery) =>
  [region, address, recipient, phone].filter(Boolean).join(' ');

/** The departments of a roster with how many people, and the unit's address that was set for each. */
export async function departmentsOf(db: Db, runId: number) {
  const rows = await db.$queryRaw<{ department: string; people: unknown; addressId: number | null }[]>`
    SELECT c.department, COUNT(*) AS people, MAX(d.addressId) AS addressId FROM welfare_claim c
    LEFT JOIN welfare_delivery d ON d.runId = c.runId AND d.department = c.department
    WHERE c.runId = ${runId} AND c.department IS NOT NULL GROUP BY c.department ORDER BY c.department`;
  return rows.map((row) => ({ ...row, people: Number(row.people) }));
}
