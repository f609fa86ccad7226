import express, { type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';

interface Parts {
  db: PrismaClient;
  searchReady: () => boolean;
}

/** /healthz: the process answers. /readyz: database, schema and search engine do too. */
export function healthRoutes({ db, searchReady }: Parts): Router {
  const router = express.Router();
  router.get('/healthz', (_req, res) => void res.json({ alive: true }));
  router.get('/readyz', async (_req, res) => {
    const [database, schema] = await Promise.all([
      db.$queryRaw`SELECT 1`.then(
        () => true,
        () => false,
      ),
      db.setting.count().then(
        () => true,
        () => false,
      ),
    ]);
    const search = searchReady();
    res.status(database && schema && search ? 200 : 503).json({ database, schema, search });
  });
  return router;
}
