import type { Market } from './market.ts';
import type { Tables } from './rows.ts';

type Told = Omit<Tables['auditLine'], 'subjectType'> & { subjectType?: string };

/** Who did what to an order, or to the subject named (rule 32). */
export function audit({ world }: Market, { subjectType = 'order', ...line }: Told): void {
  world.rows.add('auditLine', { subjectType, ...line });
}
