import type { CertificationState } from '../../db/generated/enums.ts';
import { addDays, type Day } from '../../shared/days.ts';

/** Renewal opens so many days before the last one, and closes so many after it: then one applies anew. */
export const RENEWAL_OPENS_DAYS = 90;
const RENEWAL_CLOSES_DAYS = 180;

/** Full days of public notice, of a first certification and of a renewal. */
export const NOTICE_DAYS = { first: 7, renewal: 3 } as const;

/** Whether a certification can be renewed on this day: its end is near or not long past, and nothing was taken back. */
export function mayBeRenewed(certification: { state: CertificationState; validUntil: Day }, today: Day): boolean {
  const { state, validUntil } = certification;
  if (state !== 'certified') return false;
  return today >= addDays(validUntil, -RENEWAL_OPENS_DAYS) && today <= addDays(validUntil, RENEWAL_CLOSES_DAYS);
}
