import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { DeclarationBasis } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { BadInput, NotAllowed, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { declaredFen } from './declaration-arithmetic.ts';
import { mayDeclare, type UnitInProgramme } from './declaration-policy.ts';
import { MOST_TARGET } from './target-amounts.ts';

export interface DeclareTarget extends UnitInProgramme {
  basis: DeclarationBasis;
  /** of the basis ingredients: what the canteen spends a year, fen */
  ingredientsFen?: number;
  /** of the basis employees */
  employees?: number;
  contractor?: string;
  at: Date;
}

/**
 * Declares a unit's task for review, by the ratio or the sum that the programme asks at that moment (rule 9); what was declared before
 * stays. Refuses whoever is not the unit's approver or buyer with 403; 409 `programmeClosed`, `alreadyDeclared` while one of the same
 * basis waits; 422 `unitExempt`, and of ingredients `noCanteen`, `canteenShared` (names whose), `contractorNeeded` at its field, of
 * employees `noPerEmployeeSum`. Returns its id.
 */
export async function declareTarget(db: PrismaClient, actor: Actor, wish: DeclareTarget): Promise<number> {
  const { programme, unit, basis, at } = wish;
  if (!mayDeclare(actor, unit.id)) throw new NotAllowed();
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM unit WHERE id = ${unit.id} FOR UPDATE`;
    const terms = await tx.programme.findUniqueOrThrow({
      where: { id: programme.id },
      select: { state: true, ingredientRatioBp: true, perEmployeeFen: true },
    });
    if (terms.state === 'closed') throw new StateConflict('programmeClosed');
    const contractor = await contractorOf(tx, wish);
    if (basis === 'employees' && terms.perEmployeeFen === 0) throw new RuleRefusal('noPerEmployeeSum');
    await refuseExemptAndWaiting(tx, wish);
    const worked = {
      basis,
      basisFen: basis === 'ingredients' ? (wish.ingredientsFen ?? 0) : terms.perEmployeeFen,
      ratioBp: basis === 'ingredients' ? terms.ingredientRatioBp : null,
      employees: basis === 'employees' ? (wish.employees ?? 0) : null,
    };
    const valueFen = declaredFen(worked);
    const field = basis === 'ingredients' ? 'ingredientsFen' : 'employees';
    if (valueFen > MOST_TARGET) throw new BadInput([{ path: field, code: 'amountTooLarge' }]);
    const { id } = await tx.targetDeclaration.create({
      data: {
        ...worked,
        ...{ programmeId: programme.id, unitId: unit.id, contractor, valueFen },
        ...{ submittedById: actor.id, submittedAt: at },
      },
      select: { id: true },
    });
    const after = { ...worked, valueFen, programmeId: programme.id, contractor };
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'target_declaration.submit', subjectType: 'target_declaration' },
      ...{ subjectId: id, unitId: unit.id, after },
    });
    return id;
  });
}

/** Who runs the canteen, where somebody else does. */
async function contractorOf(tx: Tx, { basis, unit, contractor }: DeclareTarget): Promise<string | null> {
  if (basis === 'employees') return null;
  const eats = await tx.unit.findUniqueOrThrow({
    where: { id: unit.id },
    select: { canteen: true, contractor: true, canteenUnit: { select: { name: true } } },
  });
  if (eats.canteen === 'none') throw new RuleRefusal('noCanteen');
  if (eats.canteen === 'shared') throw new RuleRefusal('canteenShared', [], { unit: eats.canteenUnit?.name ?? '' });
  if (eats.canteen === 'own') return null;
  const named = contractor ?? eats.contractor;
  if (!named) throw new BadInput([{ path: 'contractor', code: 'contractorNeeded' }]);
  return named;
}

async function refuseExemptAndWaiting(tx: Tx, { programme, unit, basis }: DeclareTarget): Promise<void> {
  const of = { programmeId: programme.id, unitId: unit.id };
  if ((await tx.targetExemption.count({ where: { ...of, endedAt: null } })) > 0) throw new RuleRefusal('unitExempt');
  if ((await tx.targetDeclaration.count({ where: { ...of, basis, state: 'submitted' } })) > 0)
    throw new StateConflict('alreadyDeclared');
}
