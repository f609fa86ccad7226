import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { NotAllowed, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import type { Reader } from '../board/board-presenter.ts';
import { changeDraft } from './bulletin-draft.ts';
import { maySign } from './bulletin-policy.ts';
import { type Bulletin, bulletinOf, lockBulletin } from './bulletin-queries.ts';
import { sealOf } from './bulletin-seal.ts';
import { termsOf } from './bulletin-terms.ts';

export interface Publication {
  /** as it shall stand; null: the next of the year */
  number: string | null;
  /** the revision that was read; null: whatever it is */
  revision: number | null;
  reader: Reader;
  now: Date;
}

const TRIES = 5;

/**
 * Signs and publishes a draft: from now on its figures and words stand under their seal and no use case changes them (rule 13).
 * Strangers: 404; the drafter where a second person must sign: 403 `secondSigner`; published or edited meanwhile: 409; another
 * bulletin of the same period that this one does not correct: 409 `periodPublished`; a number in use: 422 `numberTaken`.
 */
export async function publishBulletin(db: PrismaClient, actor: Actor, id: number, wish: Publication): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await publish(db, actor, id, wish);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      if (wish.number !== null) throw new RuleRefusal('numberTaken', [{ path: 'number', code: 'numberTaken' }]);
      if (attempt >= TRIES) throw error;
    }
  }
}

function publish(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { number, revision, reader, now }: Publication,
): Promise<void> {
  return inTransaction(db, async (tx) => {
    const { programmeId } = await bulletinOf(tx, id);
    await tx.$queryRaw`SELECT id FROM programme WHERE id = ${programmeId} FOR UPDATE`;
    const { bulletin, programme } = await lockBulletin(tx, actor, id);
    if (bulletin.state !== 'draft') throw new StateConflict('bulletinPublished');
    const terms = await termsOf(tx, programme, reader.t);
    if (!maySign(actor, bulletin, terms.needsSigner)) throw new NotAllowed('secondSigner');
    await refuseSecondOfPeriod(tx, bulletin);
    const given = number ?? (await nextNumber(tx, reader, terms.numberWord, now));
    await changeDraft(tx, id, revision ?? bulletin.revision, {
      state: 'published',
      number: given,
      seal: sealOf({ ...bulletin, number: given }),
      publishedById: actor.id,
      publishedAt: now,
    });
    await audit(tx, {
      ...{ at: now, actorId: actor.id, action: 'bulletin.publish', subjectType: 'bulletin', subjectId: id },
      before: { state: 'draft' },
      after: { state: 'published', number: given },
    });
  });
}

/** Under the programme's lock: a period has one bulletin of a kind, and its corrections. */
async function refuseSecondOfPeriod(tx: Db, { id, programmeId, kind, startsOn, correctsId }: Bulletin): Promise<void> {
  if (correctsId !== null) return;
  const other = await tx.bulletin.findFirst({
    where: { programmeId, kind, startsOn: dayToColumn(startsOn), state: 'published', id: { not: id } },
    select: { number: true },
  });
  if (other) throw new StateConflict('periodPublished', { number: other.number ?? '' });
}

/** The next number of an issuer's word in a year: 〔2026〕 3 follows the greatest there is. */
export async function nextNumber(db: Db, { t }: Reader, word: string, now: Date): Promise<string> {
  const year = dayOf(now).slice(0, 4);
  const [before = '', after = ''] = t('bulletins:number', { word, year, n: '#' }).split('#');
  const rows = await db.bulletin.findMany({ where: { number: { startsWith: before } }, select: { number: true } });
  const used = rows.map(({ number }) => Number(number?.slice(before.length, number.length - after.length)));
  const greatest = Math.max(0, ...used.filter((n) => Number.isInteger(n)));
  return `${before}${greatest + 1}${after}`;
}
