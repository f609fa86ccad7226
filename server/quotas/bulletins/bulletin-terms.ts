import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound } from '../../shared/errors.ts';
import type { Translate } from '../../web/i18n.ts';
import type { Programme } from '../programme-list.ts';
import { COMMON_SCHEME } from './assessment.ts';
import { type Scheme, schemeSchema } from './bulletin-figures.ts';
import { mayIssueFor } from './bulletin-policy.ts';
import { programmeOf } from './bulletin-programme.ts';

export interface Terms {
  issuer: string;
  numberWord: string;
  recipients: string;
  needsSigner: boolean;
  scheme: Scheme;
}

/** A programme's terms for its bulletins; while nobody has set any, its group issues them and one person may publish. */
export async function termsOf(db: Db, programme: Programme, t: Translate): Promise<Terms> {
  const row = await db.bulletinTerms.findUnique({ where: { programmeId: programme.id } });
  if (row) {
    const { issuer, numberWord, recipients, needsSigner, scheme } = row;
    return { issuer, numberWord, recipients, needsSigner, scheme: schemeSchema.parse(read(scheme)) };
  }
  const group = programme.groupId === null ? null : await nameOfGroup(db, programme.groupId);
  return {
    issuer: group ?? programme.participants[0]?.name ?? programme.name,
    numberWord: t('bulletins:defaults.numberWord'),
    recipients: t('bulletins:defaults.recipients'),
    needsSigner: false,
    scheme: COMMON_SCHEME,
  };
}

async function nameOfGroup(db: Db, id: number): Promise<string | null> {
  return (await db.unitGroup.findUnique({ where: { id }, select: { name: true } }))?.name ?? null;
}

function read(json: unknown): unknown {
  return typeof json === 'string' ? JSON.parse(json) : json;
}

/** Sets who issues, the number's word, whether a second person signs, and the scheme; drafts and published ones keep theirs. Strangers: 404. */
export async function changeTerms(
  db: PrismaClient,
  actor: Actor,
  programmeId: number,
  terms: Terms,
  at: Date,
): Promise<void> {
  const programme = await programmeOf(db, programmeId);
  if (!mayIssueFor(actor, programme)) throw new NotFound();
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM programme WHERE id = ${programmeId} FOR UPDATE`;
    const before = await tx.bulletinTerms.findUnique({ where: { programmeId } });
    const data = { ...terms, updatedById: actor.id, updatedAt: at };
    if (before) await tx.bulletinTerms.update({ where: { programmeId }, data });
    else await tx.bulletinTerms.create({ data: { programmeId, ...data } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'bulletin_terms.change', subjectType: 'programme', subjectId: programmeId },
      before: before
        ? { issuer: before.issuer, needsSigner: before.needsSigner, scheme: JSON.stringify(read(before.scheme)) }
        : undefined,
      after: { issuer: terms.issuer, needsSigner: terms.needsSigner, scheme: JSON.stringify(terms.scheme) },
    });
  });
}
