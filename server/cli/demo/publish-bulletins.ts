import { resolve } from 'node:path';
import { type Actor, findActor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { BulletinKind } from '../../db/generated/enums.ts';
import { documentReader } from '../../quotas/bulletins/bulletin-parts.ts';
import { periodsOf } from '../../quotas/bulletins/bulletin-periods.ts';
import { bulletinOf } from '../../quotas/bulletins/bulletin-queries.ts';
import { draftBulletin } from '../../quotas/bulletins/draft-bulletin.ts';
import { editBulletin } from '../../quotas/bulletins/edit-bulletin.ts';
import { publishBulletin } from '../../quotas/bulletins/publish-bulletin.ts';
import { addDays, type Day, dayFromColumn, dayOf, daysBetween } from '../../shared/days.ts';
import { createMessages } from '../../web/i18n.ts';
import { atMinute } from './world.ts';

const SIGNED_AFTER_DAYS = 6;

const NEWEST = { quarter: 2, half_year: 1, year: 1 };

interface Issue {
  programmeId: number;
  kind: keyof typeof NEWEST;
  key: string;
  on: Day;
}

/**
 * Bulletins of the demonstration by the organizer's own use cases, each as if drafted and signed some days after its period: the
 * newest yearly assessment and half-year's papers, the two newest quarters, and a draft of the month that runs. Answers how many were published.
 */
export async function publishBulletins(db: PrismaClient, now: Date): Promise<number> {
  const today = dayOf(now);
  const login = 'organizer';
  const user = await db.user.findUnique({ where: { login }, select: { id: true } });
  const actor = user && (await findActor(db, user.id, today));
  if (!actor) return 0;
  const programmes = await db.programme.findMany({
    where: { groupId: { in: actor.grants.flatMap(({ groupId }) => groupId ?? []) } },
    orderBy: { startsOn: 'asc' },
  });
  const yearly = programmes.filter(
    ({ startsOn, endsOn }) => daysBetween(dayFromColumn(startsOn), dayFromColumn(endsOn)) < 366,
  );
  const issues = yearly
    .flatMap(({ id, startsOn, endsOn }) =>
      issuesOf(id, { startsOn: dayFromColumn(startsOn), endsOn: dayFromColumn(endsOn) }, today),
    )
    .sort((a, b) => b.on.localeCompare(a.on))
    .filter(({ kind }, at, all) => all.slice(0, at).filter((other) => other.kind === kind).length < NEWEST[kind])
    .reverse();
  for (const issue of issues) await publishOne(db, actor, issue);
  const running = yearly.find(
    ({ startsOn, endsOn }) => dayFromColumn(startsOn) <= today && today <= dayFromColumn(endsOn),
  );
  const month =
    running &&
    periodsOf({ startsOn: dayFromColumn(running.startsOn), endsOn: dayFromColumn(running.endsOn) }, 'month', today)[0];
  if (running && month) await draft(db, actor, { programmeId: running.id, kind: 'month', key: month.key }, now);
  return issues.length;
}

function issuesOf(programmeId: number, programme: { startsOn: Day; endsOn: Day }, today: Day): Issue[] {
  return (['quarter', 'half_year', 'year'] as const).flatMap((kind) =>
    periodsOf(programme, kind, today)
      .map(({ key, endsOn }) => ({
        programmeId,
        kind,
        key,
        on: addDays(endsOn, SIGNED_AFTER_DAYS + (kind === 'quarter' ? 0 : 3)),
      }))
      .filter(({ on }) => on < today),
  );
}

async function publishOne(db: PrismaClient, actor: Actor, issue: Issue): Promise<void> {
  const at = (minute: number) => atMinute(issue.on, minute);
  const id = await draft(db, actor, issue, at(600));
  const bulletin = await bulletinOf(db, id);
  const { t } = demoReader;
  const [slowest] = bulletin.figures.units
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  await editBulletin(
    db,
    actor,
    id,
    {
      ...{ title: bulletin.title, issuer: bulletin.issuer, recipients: bulletin.recipients, text: bulletin.text },
      cases: t('bulletins:demo.case'),
      remarks: slowest ? { [slowest.code]: t('bulletins:demo.remark') } : {},
      revision: bulletin.revision,
    },
    at(660),
  );
  await publishBulletin(db, actor, id, { number: null, revision: null, reader: demoReader, now: at(940) });
}

type DraftedIssue = Omit<Issue, 'on' | 'kind'> & { kind: BulletinKind };

const demoReader = documentReader(createMessages(resolve('views')));

function draft(db: PrismaClient, actor: Actor, { programmeId, kind, key }: DraftedIssue, now: Date): Promise<number> {
  return draftBulletin(db, actor, { programmeId, kind, periodKey: key, reader: demoReader, now });
}
