import type { Actor } from '../../accounts/actor.ts';
import type { FileStore } from '../../clients/file-store.ts';
import { type AuditFact, audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';
import { findLineage } from '../../units/lineage.ts';
import { holderOf, placeDeclared } from '../tally/declared-tally.ts';
import { type Evidence, keepEvidence } from './offline-evidence.ts';
import { claimInvoice } from './offline-invoice.ts';
import { type ResolvedLine, resolveLines } from './offline-lines.ts';
import { reachOf } from './offline-policy.ts';
import type { OfflineInput } from './offline-schemas.ts';

export interface DeclareParts {
  db: PrismaClient;
  files: FileStore;
}

/**
 * Declares what a unit bought outside the market: placed from now on, counted once the organizer has verified it (rules 2, 14).
 * Refuses with every fault at once: a unit that is not the actor's to declare for, unknown codes, a day to come, an invoice of this
 * market's or one that is used up by others. Returns the purchase's id.
 */
export async function declareOfflinePurchase(
  { db, files }: DeclareParts,
  actor: Actor,
  input: OfflineInput,
  evidence: readonly Evidence[],
  at: Date,
): Promise<number> {
  const { unitId, lines } = await checkedDeclaration(db, actor, input, at);
  return inTransaction(db, async (tx) => {
    const id = await writeDeclaration(tx, actor, input, unitId, lines, at);
    await keepEvidence(tx, files, id, evidence, actor.id);
    return id;
  });
}

export interface Checked {
  unitId: number;
  lines: ResolvedLine[];
}

/** Everything that can be said about a declaration without its invoice's lock. Throws RuleRefusal with every fault. */
export async function checkedDeclaration(
  db: PrismaClient,
  actor: Actor,
  input: OfflineInput,
  at: Date,
): Promise<Checked> {
  const today = dayOf(at);
  const reach = await reachOf(db, actor, today);
  const unit = reach.units.find(({ code }) => code === input.unit);
  const { lines, faults } = await resolveLines(db, input.lines);
  if (!unit) faults.push({ path: 'unit', code: 'notYourUnitToDeclare' });
  faults.push(...factsAtFault(input, today));
  if (faults.length > 0) throw new RuleRefusal('cannotDeclare', faults);
  return { unitId: unit?.id ?? 0, lines };
}

/** What no declaration may say: goods without weight, a day to come. By field. */
export function factsAtFault(input: DatedWeights, today: Day): Fault[] {
  const weightless = input.lines.flatMap((line, index): Fault[] =>
    line.grams > 0 ? [] : [{ path: `lines.${index}.grams`, code: 'weightNeeded' }],
  );
  return input.purchasedOn > today ? [...weightless, { path: 'purchasedOn', code: 'dayAhead' }] : weightless;
}

interface DatedWeights {
  purchasedOn: Day;
  lines: readonly { grams: number }[];
}

/** Writes purchase, lines, entries and audit line, with the invoice's lock held. */
export async function writeDeclaration(
  tx: Tx,
  actor: Actor,
  input: OfflineInput,
  unitId: number,
  lines: readonly ResolvedLine[],
  at: Date,
): Promise<number> {
  await claimInvoice(tx, input, null);
  const { id } = await tx.offlinePurchase.create({
    data: { ...columnsOf(input), unitId, declaredById: actor.id, declaredAt: at },
    select: { id: true },
  });
  await writeLines(tx, { id, unitId, input }, lines, at);
  await auditDeclaration(tx, actor, 'offline_purchase.declare', { id, unitId, input }, at);
  return id;
}

/** The columns that a form fills. */
export function columnsOf(input: OfflineInput) {
  const { fundingSource, sellerName, sellerTaxNumber, invoiceNumber, isFromFarmer, note } = input;
  const invoiceFen = input.invoiceFen ?? null;
  const texts = { sellerTaxNumber: sellerTaxNumber || null, invoiceNumber: invoiceNumber || null, note: note || null };
  return { fundingSource, sellerName, ...texts, invoiceFen, isFromFarmer, purchasedOn: dayToColumn(input.purchasedOn) };
}

interface Written {
  id: number;
  unitId: number;
  input: OfflineInput;
}

/** Writes lines with their placed entries, for the unit that holds the purchase now (rule 6). */
export async function writeLines(
  tx: Tx,
  { id, unitId, input }: Written,
  lines: readonly ResolvedLine[],
  at: Date,
): Promise<void> {
  await tx.offlineLine.createMany({ data: lines.map((line) => ({ ...line, purchaseId: id })) });
  const written = await tx.$queryRaw<{ id: number }[]>`SELECT id FROM offline_line WHERE purchaseId = ${id}`;
  const lineage = await findLineage(tx, await holderOf(tx, 'offline', id, unitId), input.purchasedOn);
  const lineIds = written.map((line) => line.id);
  await placeDeclared(tx, { kind: 'offline', lineIds, lineage, purchasedOn: input.purchasedOn, at, counts: false });
}

export function auditDeclaration(tx: Tx, actor: Actor, action: string, written: Written, at: Date): Promise<void> {
  return audit(tx, declarationFact(actor, action, written, at));
}

/** A declaration as the audit trail tells it (rule 32). */
export function declarationFact(actor: Actor, action: string, { id, unitId, input }: Written, at: Date): AuditFact {
  const { sellerName, sellerTaxNumber = null, invoiceNumber = null, invoiceFen = null, purchasedOn } = input;
  return {
    ...{ at, actorId: actor.id, action, subjectType: 'offline_purchase', subjectId: id, unitId },
    after: {
      state: 'declared',
      sellerName,
      sellerTaxNumber,
      invoiceNumber,
      invoiceFen,
      purchasedOn,
      lines: input.lines.map(({ category, fen, grams }) => ({ category, fen, grams })),
    },
  };
}
