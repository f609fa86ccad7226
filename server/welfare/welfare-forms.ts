import { z } from 'zod';
import { parseDay } from '../shared/days.ts';
import { parseYuan } from '../shared/money.ts';

const text = (most: number) => z.string().trim().min(1, 'required').max(most);
const id = z.coerce.number().int().positive();

export const runForm = z.object({
  unitId: id,
  name: text(128),
  perHead: z.string().transform((typed, context) => {
    const fen = parseYuan(typed);
    if (fen === null || fen < 1 || fen > 1_000_000) context.addIssue({ code: 'custom', message: 'notAnAmount' });
    return fen ?? 0;
  }),
  chooseUntil: z.string().refine((day) => parseDay(day) !== null, 'malformedDay'),
  addressId: z.coerce.number('required').int('required').positive('required'),
  paymentWay: z.enum(['stripe', 'on_account']),
  pickup: z.string().trim().max(1000).optional(),
});

export const packageForm = z.object({
  name: text(64),
  capacity: z
    .string()
    .trim()
    .optional()
    .transform((typed, context) => {
      if (!typed) return null;
      if (!/^[1-9]\d{0,5}$/.test(typed)) context.addIssue({ code: 'custom', message: 'notAQuantity' });
      return Number(typed) || null;
    }),
  isDefault: z.string().optional(),
  items: text(2000),
});

export const choiceForm = z.object({
  packageId: z.coerce.number('choosePackage').int('choosePackage').positive('choosePackage'),
});
export const signForm = z.object({ signed: z.enum(['1', '0']), proxyName: z.string().trim().max(64).optional() });
export const reasonForm = z.object({ reason: text(500) });
export const substituteForm = z.object({ from: id, to: id });
export const rosterQuery = z.object({
  q: z.string().trim().max(64).optional(),
  open: z.string().optional(),
  after: z.string().max(32).optional(),
});

export const giftForm = z.object({
  packageId: id,
  list: text(64),
  names: text(10_000).transform((typed, context) => {
    const names = typed
      .split(/[\n、，,；;]/)
      .map((name) => name.trim())
      .filter(Boolean);
    if (names.length === 0) context.addIssue({ code: 'custom', message: 'required' });
    if (names.some((name) => name.length > 64)) context.addIssue({ code: 'custom', message: 'malformed' });
    return names;
  }),
});

const several = (most: number) =>
  z.union([z.string().max(most), z.array(z.string().max(most)).max(1000)]).transform((typed) => [typed].flat());
/** A department and its address stand at the same place of both lists; no address: the run's own. */
export const addressesForm = z
  .object({
    addressId: z
      .string()
      .regex(/^\d{0,9}$/, 'malformed')
      .default(''),
    department: several(64).default([]),
    departmentAddress: several(9).default([]),
  })
  .transform(({ addressId, department, departmentAddress }) => ({
    addressId: Number(addressId) || null,
    departments: department.flatMap((name, at) => {
      const chosen = Number(departmentAddress[at]) || 0;
      return chosen > 0 ? [{ department: name, addressId: chosen }] : [];
    }),
  }));

const person = z.object({
  staffNumber: text(32),
  name: text(64),
  department: z.string().max(64).nullable(),
  phone: z.string().max(32).nullable(),
  login: z.string().max(64).nullable(),
});
/** The people of a preview on their way back; their accounts are looked up again. */
export const previewedPeople = z.array(person).min(1, 'emptyRoster').max(5000);
