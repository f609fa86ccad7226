import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSource, ROOT, serverSources, targetOf } from './read-sources.ts';
import {
  isShort,
  keepsExpressInRoutes,
  keepsSdksInClients,
  mountsRoutesInApp,
  pointsLeft,
  type Rule,
  readsNoEnvironment,
  saysNothingInChinese,
} from './rules.ts';

const sources = serverSources();
const faultsOf = (rule: Rule) => sources.flatMap(rule);

describe('the code of server/', () => {
  it('imports only what stands left of it in the direction', () => expect(faultsOf(pointsLeft)).toEqual([]));
  it('imports only files that exist', () => {
    const missing = sources.flatMap((source) =>
      source.imports.flatMap(({ specifier, line }) => {
        const target = targetOf(source, specifier);
        if (!target || target.startsWith('db/generated/') || existsSync(join(ROOT, 'server', target))) return [];
        return [`server/${source.path}:${line} imports ${specifier}, which does not exist`];
      }),
    );
    expect(missing).toEqual([]);
  });
  it('reads the environment in config.ts alone', () => expect(faultsOf(readsNoEnvironment)).toEqual([]));
  it('imports SDKs in clients/ alone', () => expect(faultsOf(keepsSdksInClients)).toEqual([]));
  it('keeps Express out of the use cases', () => expect(faultsOf(keepsExpressInRoutes)).toEqual([]));
  it('mounts routes in app.ts alone', () => expect(faultsOf(mountsRoutesInApp)).toEqual([]));
  it('has no long files', () => expect(faultsOf(isShort)).toEqual([]));
  it('has no Chinese text', () => expect(faultsOf(saysNothingInChinese)).toEqual([]));
});

describe('the rules', () => {
  it.each([
    ['a feature that imports one to the right', pointsLeft, 'catalog/a.ts', "import { x } from '../search/x.ts';"],
    [
      'a feature that takes only a type from the right',
      pointsLeft,
      'cart/a.ts',
      "import type { X } from '../orders/x.ts';",
    ],
    ['a feature that re-exports a neighbour', pointsLeft, 'quotas/a.ts', "export * from '../promotions/x.ts';"],
    ['a feature that loads one to the right when it runs', pointsLeft, 'units/a.ts', "await import('../cart/x.ts');"],
    ['a folder without a place', pointsLeft, 'utils/a.ts', ''],
    ['process.env in a feature', readsNoEnvironment, 'orders/a.ts', 'const x = process.env.X;'],
    ["process['env'] in a feature", readsNoEnvironment, 'orders/a.ts', "const x = process['env'].X;"],
    ['env taken out of process', readsNoEnvironment, 'orders/a.ts', 'const { env } = process;'],
    ['env imported from node:process', readsNoEnvironment, 'orders/a.ts', "import { env } from 'node:process';"],
    ['Stripe outside clients/', keepsSdksInClients, 'payments/a.ts', "import type Stripe from 'stripe';"],
    [
      'Express in a use case',
      keepsExpressInRoutes,
      'orders/place-order.ts',
      "import express, { type Request } from 'express';",
    ],
    ["another folder's routes", mountsRoutesInApp, 'admin/a.ts', "import { r } from '../orders/order-routes.ts';"],
    ['a long file', isShort, 'orders/a.ts', 'x;\n'.repeat(301)],
    ['Chinese in a string', saysNothingInChinese, 'orders/a.ts', "const a = '已取消';"],
    ['Chinese in a template', saysNothingInChinese, 'orders/a.ts', 'const a = `共有`;'],
  ])('refuse %s', (_case, rule, path, text) => {
    expect(rule(parseSource(path, text)).length).toBeGreaterThan(0);
  });

  it.each([
    [
      'what stands to the left',
      pointsLeft,
      'checkout/a.ts',
      "import { x } from '../payments/x.ts';\nimport z from 'zod';",
    ],
    ['the folder itself', pointsLeft, 'orders/sub/a.ts', "import { x } from '../x.ts';"],
    ['the environment in the bootstrap', readsNoEnvironment, 'cli/start.mjs', 'process.env.X;'],
    ['types of Express in a policy', keepsExpressInRoutes, 'accounts/a.ts', "import type { Request } from 'express';"],
    ['Express in routes', keepsExpressInRoutes, 'orders/order-routes.ts', "import express from 'express';"],
    ["a folder's own routes", mountsRoutesInApp, 'orders/a.ts', "import { r } from './order-routes.ts';"],
    ['Chinese in comments and search words', saysNothingInChinese, 'search/a.ts', "const a = '土鸡'; // 斤"],
    ['Chinese in comments', saysNothingInChinese, 'shared/a.ts', '/** 1 斤 = 500 g */ const a = /斤/;'],
  ])('allow %s', (_case, rule, path, text) => {
    expect(rule(parseSource(path, text))).toEqual([]);
  });
});
