import { findingsIn, type Source, targetOf } from './read-sources.ts';

/** DESIGN.md's direction: a part may import itself and whatever stands in an earlier row. Single files of server/ by their name. */
export const ORDER = [
  ['shared'],
  ['seller-paths.ts', 'certification-paths.ts', 'agreed-paths.ts', 'account-paths.ts', 'money-paths.ts'],
  ['paths.ts', 'config.ts'],
  ['db'],
  ['clients'],
  ['jobs'],
  ['web'],
  ['accounts'],
  ['units'],
  ['suppliers'],
  ['catalog'],
  ['search', 'quotas', 'promotions'],
  ['cart'],
  ['orders'],
  ['payments'],
  ['checkout'],
  ['sourcing'],
  ['workbench'],
  ['recalls', 'assistance'],
  ['complaints', 'notifications'],
  ['welfare'],
  ['admin'],
  ['container.ts'],
  ['api-endpoints.ts', 'periodic-jobs.ts'],
  ['app.ts', 'work.ts'],
  ['main.ts'],
  ['cli'],
];

const SDKS = ['stripe', 'meilisearch', 'nodemailer'];
const MOST_LINES = 300;

export type Rule = (source: Source) => string[];

export const pointsLeft: Rule = (source) => {
  const part = partOf(source.path);
  const rank = rankOf(part);
  if (rank < 0)
    return [
      `server/${source.path}: ${part} has no place in the direction; give it one in DESIGN.md and in ORDER of test/architecture/rules.ts`,
    ];
  return source.imports.flatMap(({ specifier, line }) => {
    const target = targetOf(source, specifier);
    if (!target) return [];
    const other = partOf(target);
    if (other === part || (rankOf(other) >= 0 && rankOf(other) < rank)) return [];
    return [
      `server/${source.path}:${line} imports ${specifier}, but ${part} may not know ${other}: move what both need to the left ` +
        '(shared at the far left), pass it in as an argument, or tell it by an outbox row',
    ];
  });
};

export const readsNoEnvironment: Rule = (source) => {
  if (source.path === 'config.ts' || /^cli\/.*\.mjs$/.test(source.path)) return [];
  const remedy = 'reads the environment: only server/config.ts does; take the value from Config';
  return findingsIn(source, (found) => ({
    MemberExpression(node) {
      const property =
        node.property.type === 'Identifier'
          ? node.property.name
          : node.property.type === 'Literal'
            ? node.property.value
            : null;
      if (node.object.type === 'Identifier' && node.object.name === 'process' && property === 'env')
        found(node.start, remedy);
    },
    VariableDeclarator(node) {
      const isProcess = node.init?.type === 'Identifier' && node.init.name === 'process';
      if (isProcess && node.id.type === 'ObjectPattern') found(node.start, `takes process apart, which ${remedy}`);
    },
    ImportDeclaration(node) {
      const names = node.specifiers.map((entry) =>
        entry.type === 'ImportSpecifier' && entry.imported.type === 'Identifier' ? entry.imported.name : '',
      );
      if (/^(node:)?process$/.test(node.source.value) && names.includes('env')) found(node.start, remedy);
    },
  }));
};

export const keepsSdksInClients: Rule = (source) => {
  if (source.path.startsWith('clients/')) return [];
  return source.imports
    .filter(({ specifier }) => SDKS.some((sdk) => specifier === sdk || specifier.startsWith(`${sdk}/`)))
    .map(
      ({ specifier, line }) =>
        `server/${source.path}:${line} imports ${specifier}: only server/clients/ does; call (or add) a function there`,
    );
};

/** The payment sandbox is a server of its own. */
const SPEAKS_HTTP = /(-routes\.ts$)|^web\/|^app\.ts$|^clients\/payment-sandbox\//;

export const keepsExpressInRoutes: Rule = (source) => {
  if (SPEAKS_HTTP.test(source.path)) return [];
  return source.imports
    .filter(({ specifier, isType }) => specifier === 'express' && !isType)
    .map(
      ({ line }) =>
        `server/${source.path}:${line} imports express: a use case takes plain values; move the HTTP part to a *-routes.ts (or write import type)`,
    );
};

export const mountsRoutesInApp: Rule = (source) => {
  if (source.path === 'app.ts') return [];
  return source.imports.flatMap(({ specifier, line }) => {
    const target = targetOf(source, specifier);
    if (!target?.endsWith('-routes.ts') || partOf(target) === partOf(source.path)) return [];
    return [
      `server/${source.path}:${line} imports ${specifier}: only server/app.ts mounts the routes of other folders; import the use case or query behind the route`,
    ];
  });
};

export const isShort: Rule = (source) => {
  const lines = source.text.trimEnd().split('\n').length;
  return lines > MOST_LINES
    ? [`server/${source.path} has ${lines} lines: split it by use case, ${MOST_LINES} are the most`]
    : [];
};

/** Chinese that a reader would see. Words that programs look for (search) and the demonstration's data may stand in code. */
export const saysNothingInChinese: Rule = (source) => {
  if (/^(search|cli\/demo)\//.test(source.path)) return [];
  const remedy = 'has Chinese text in code: put it into views/locales/zh and en, and use its key';
  const han = /\p{Script=Han}/u;
  return findingsIn(source, (found) => ({
    Literal(node) {
      if (typeof node.value === 'string' && han.test(node.value)) found(node.start, `'${node.value}' ${remedy}`);
    },
    TemplateElement(node) {
      if (han.test(node.value.raw)) found(node.start, `\`${node.value.raw}\` ${remedy}`);
    },
  }));
};

function partOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function rankOf(part: string): number {
  return ORDER.findIndex((row) => row.includes(part));
}
