import express, { type Request, type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { idIn } from '../web/forms.ts';
import { type InboxNotice, listInbox, openNotice, readAll } from './inbox-queries.ts';
import { noticeText } from './notice-text.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 30;

/** A person's inbox: what was told, what is new, each message leading to what it is about. */
export function inboxRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.use(patterns.inbox, (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.get(patterns.inbox, async (req, res) => {
    const beforeId = Number(decodeCursor(String(req.query.cursor ?? ''), 1)?.[0]) || null;
    const rows = await listInbox(db, actorOf(req), beforeId, PER_PAGE);
    const notices = rows.slice(0, PER_PAGE);
    const last = notices.at(-1);
    res.render('notifications/inbox', {
      title: req.t('notifications:inbox.title'),
      notices: notices.map((notice) => presentNotice(req, notice)),
      unread: res.locals.unreadCount,
      upToId: notices[0]?.id,
      readingAction: pathTo('inboxReading'),
      nextHref: rows.length > PER_PAGE && last ? pathTo('inbox', { cursor: encodeCursor([last.id]) }) : undefined,
    });
  });

  router.post(patterns.inboxReading, async (req, res) => {
    await readAll(db, actorOf(req), idIn(req.body?.upToId), clock());
    flash(req, 'success', req.t('notifications:inbox.allRead'));
    res.redirect(303, pathTo('inbox'));
  });

  router.get(patterns.inboxNotice, async (req, res) => {
    const notice = await openNotice(db, actorOf(req), idIn(req.params.id), clock());
    const shown = presentNotice(req, notice);
    res.render('notifications/notice', {
      title: shown.title,
      breadcrumbs: [{ label: req.t('notifications:inbox.title'), href: pathTo('inbox') }, { label: shown.title }],
      notice: shown,
    });
  });

  return router;
}

function presentNotice(req: Request, notice: InboxNotice) {
  return {
    ...noticeText(req.t, req.locale, notice.kind, notice.data),
    href: pathTo('inboxNotice', { id: notice.id }),
    link: notice.link,
    at: notice.createdAt.toISOString(),
    isNew: notice.readAt === null,
  };
}
