import type { Request, Response } from 'express';
import { pathTo } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import type { FormView } from '../../web/form-view.ts';
import { namesOf } from '../people-names.ts';
import type { BulletinParts } from './bulletin-parts.ts';
import { presentDifferences, presentDocument, presentHead, presentTotal } from './bulletin-presenter.ts';
import type { FoundBulletin } from './bulletin-queries.ts';
import { changedSince } from './bulletin-since.ts';

/** The published page; whoever issues also sees, unit by unit, what changed since (rule 13). */
export async function showPublished(
  { db, clock }: BulletinParts,
  req: Request,
  res: Response,
  found: FoundBulletin,
  form?: FormView,
): Promise<void> {
  const { bulletin, programme, mayIssue } = found;
  const { id, corrects, correction, correctionReason, createdById, publishedById } = bulletin;
  const since = await changedSince(db, programme, bulletin.figures, dayOf(clock()));
  const names = mayIssue ? await namesOf(db, [createdById, publishedById ?? 0]) : null;
  const other = (one: { id: number; number: string | null; title: string }) => ({
    ...one,
    href: pathTo('bulletin', { id: one.id }),
  });
  res.render('quotas/bulletins/show', {
    title: bulletin.title,
    breadcrumbs: [
      { label: req.t('bulletins:index.title'), href: pathTo('bulletins') },
      { label: bulletin.number ?? bulletin.title },
    ],
    head: presentHead(req, bulletin),
    document: presentDocument(req, bulletin),
    day: bulletin.figures.day,
    total: presentTotal(bulletin.figures),
    corrects: corrects && { ...other(corrects), reason: correctionReason },
    correctedBy: correction?.state === 'published' ? other(correction) : undefined,
    correcting: mayIssue && correction?.state === 'draft' ? other(correction) : undefined,
    since: presentDifferences(req, since),
    mayIssue,
    mayCorrect: mayIssue && correction === null,
    correctAction: pathTo('bulletinCorrection', { id }),
    people: names && { drafter: names.get(createdById), signer: names.get(publishedById ?? 0) },
    form,
    hrefs: fileHrefs(id),
  });
}

function fileHrefs(id: number) {
  return {
    word: pathTo('bulletinWord', { id }),
    excel: pathTo('bulletinExcel', { id }),
    print: pathTo('bulletinSheet', { id }),
  };
}
