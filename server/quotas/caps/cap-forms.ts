import { z } from 'zod';
import type { CapKind } from '../../db/generated/enums.ts';
import { parseDay } from '../../shared/days.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { parseYuan } from '../../shared/money.ts';
import { faultsOf } from '../../web/forms.ts';
import type { CapTerms } from './set-cap.ts';
import type { UnitShare } from './share-out-cap.ts';

export const CAP_KINDS = [
  'person_product',
  'unit_product',
  'employee_union_year',
] as const satisfies readonly CapKind[];
export const CAP_FIELDS = ['kind', 'productId', 'programmeId', 'limit', 'startsOn', 'endsOn'] as const;

const MOST_UNITS = 1_000_000;

const day = z
  .string()
  .trim()
  .min(1, 'required')
  .refine((text) => parseDay(text) !== null, 'malformed');
const id = z
  .string()
  .optional()
  .transform((text) => (text && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null));

const form = z.object({
  kind: z.enum(CAP_KINDS),
  productId: id,
  programmeId: id,
  limit: z.string().trim().min(1, 'required').max(20),
  startsOn: day,
  endsOn: day,
});

/** Reads the form of a cap. Throws BadInput with every fault by its field; whether product and programme exist is the caller's to see. */
export function readCap(body: unknown, kind?: CapKind): CapTerms {
  const read = form.safeParse({ ...(body as object), ...(kind ? { kind } : {}) }, { reportInput: true });
  if (!read.success) throw new BadInput(faultsOf(read.error));
  const { limit, ...terms } = read.data;
  const limitValue = terms.kind === 'employee_union_year' ? parseYuan(limit) : parseCount(limit);
  const ofUnion = terms.kind === 'employee_union_year';
  const faults: (Fault | false)[] = [
    limitValue === null && { path: 'limit', code: ofUnion ? 'notAnAmount' : 'notAQuantity' },
    limitValue === 0 && { path: 'limit', code: 'tooSmall', values: { minimum: 1 } },
    terms.endsOn < terms.startsOn && { path: 'endsOn', code: 'endsBeforeStart' },
    !kind && !ofUnion && terms.productId === null && { path: 'productId', code: 'required' },
    !kind && ofUnion && terms.programmeId === null && { path: 'programmeId', code: 'required' },
  ];
  const found = faults.filter((fault) => fault !== false);
  if (found.length > 0) throw new BadInput(found);
  return {
    ...terms,
    limitValue: limitValue ?? 0,
    productId: ofUnion ? null : terms.productId,
    programmeId: ofUnion ? terms.programmeId : null,
  };
}

/** Reads the shares of a page's units, fields `share-<unit id>`; an empty field means the cap's own limit. Throws BadInput by field. */
export function readShares(body: Record<string, unknown>, unitIds: readonly number[], kind: CapKind): UnitShare[] {
  const faults: Fault[] = [];
  const shares = unitIds.flatMap((unitId): UnitShare[] => {
    const text = body[`share-${unitId}`];
    if (typeof text !== 'string') return [];
    if (text.trim() === '') return [{ unitId, value: null }];
    const value = kind === 'employee_union_year' ? parseYuan(text) : parseCount(text);
    if (value === null)
      faults.push({ path: `share-${unitId}`, code: kind === 'employee_union_year' ? 'notAnAmount' : 'notAQuantity' });
    return [{ unitId, value }];
  });
  if (faults.length > 0) throw new BadInput(faults);
  return shares;
}

/** A whole number of units of sale; null when it is none. */
export function parseCount(text: string): number | null {
  const plain = text.trim().replaceAll(',', '');
  return /^\d{1,7}$/.test(plain) && Number(plain) <= MOST_UNITS ? Number(plain) : null;
}
