import { createHash } from 'node:crypto';
import { type Actor, hasRole, unitsApprovedFor } from '../../accounts/actor.ts';
import { type Db, fast, type PrismaClient, type Tx } from '../../db/client.ts';
import type { Unit, UnitPayer } from '../../db/generated/client.ts';
import { isCreditCode } from '../../shared/credit-code.ts';
import { NotFound } from '../../shared/errors.ts';
import { findPayers } from '../../units/unit-queries.ts';
import { owedOnAccount } from '../credit-limit.ts';
import { unitsPaidFor } from '../statement-policy.ts';

export const PAYING_SOURCES = ['canteen_budget', 'union_funds'] as const;
export type PayingSource = (typeof PAYING_SOURCES)[number];

/** Under which name and number a unit's funding source is invoiced and pays (rule 26): what the unit itself knows. */
export interface PayerDetails {
  title: string;
  taxNumber: string;
  bankName: string | null;
  bankAccount: string | null;
}

/** On which terms it buys on account (rule 27): what is agreed with the operator. */
export interface PayerTerms {
  /** null: no limit */
  creditLimitFen: number | null;
  /** from a delivery */
  termDays: number;
  /** by agreement; an overdue payer prepays without one */
  mustPrepay: boolean;
}

export const NORMAL_TERM_DAYS = 30;
export const MOST_TERM_DAYS = 60;

/** Of the terms of a unit's payers: its buyers and approvers, and the operator. */
export function maySeePayers(actor: Actor, unitId: number): boolean {
  return hasRole(actor, 'operator') || unitsPaidFor(actor).includes(unitId);
}

/** Who says how a unit is invoiced: its approvers, and the operator for them. */
export function mayNamePayer(actor: Actor, unitId: number): boolean {
  return hasRole(actor, 'operator') || unitsApprovedFor(actor).includes(unitId);
}

/** A unit whose payers the actor may see. Throws NotFound. */
export async function findPayingUnit(db: Db, actor: Actor, code: string): Promise<Unit> {
  const unit = await db.unit.findUnique({ where: { code } });
  if (!unit || !maySeePayers(actor, unit.id)) throw new NotFound();
  return unit;
}

/** What a unit pays from and could pay from, with what each owes on account, fen. */
export async function payersWithOwed(db: PrismaClient, unitId: number, now: Date) {
  const payers = await findPayers(db, unitId);
  return Promise.all(
    PAYING_SOURCES.map(async (fundingSource) => {
      const payer = payers.find((one) => one.fundingSource === fundingSource) ?? null;
      return { fundingSource, payer, owedFen: payer ? await owedOnAccount(fast(db), payer, now) : 0 };
    }),
  );
}

export type ShownPayer = Awaited<ReturnType<typeof payersWithOwed>>[number];

/** The units whose payers the actor speaks for. */
export function unitsWithPayers(db: Db, actor: Actor) {
  return db.unit.findMany({
    where: { id: { in: unitsPaidFor(actor) } },
    orderBy: { id: 'asc' },
    include: { payers: { orderBy: { fundingSource: 'asc' } } },
  });
}

/** A payer under its lock, which orders on account take too; null where the unit has none. */
export async function lockPayer(tx: Tx, unitId: number, fundingSource: PayingSource): Promise<UnitPayer | null> {
  await tx.$queryRaw`SELECT id FROM unit_payer WHERE unitId = ${unitId} AND fundingSource = ${fundingSource} FOR UPDATE`;
  return tx.unitPayer.findUnique({ where: { unitId_fundingSource: { unitId, fundingSource } } });
}

export function detailsOf({ title, taxNumber, bankName, bankAccount }: UnitPayer) {
  return { title, taxNumber, bankName, bankAccount };
}

export function termsOf({ creditLimitFen, termDays, mustPrepay, prepaysForOverdue }: UnitPayer): PayerTerms {
  const limitFen = Number(creditLimitFen);
  return { creditLimitFen: limitFen > 0 ? limitFen : null, termDays, mustPrepay: mustPrepay && !prepaysForOverdue };
}

/** A short text that changes with what a payer says of itself and with its terms; `none` where there is none. */
export function stampOf(payer: UnitPayer | null): string {
  if (!payer) return 'none';
  const text = JSON.stringify([detailsOf(payer), termsOf(payer)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Whether invoices can be written for it. */
export function hasGoodTaxNumber({ taxNumber }: { taxNumber: string | null }): boolean {
  return taxNumber !== null && isCreditCode(taxNumber);
}
