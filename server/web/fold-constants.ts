import Handlebars from 'handlebars';

type Constants = Record<string, (text: string) => string>;
type Render = (given: Record<string, unknown>) => string;

/**
 * Writes into a parsed template what is the same whenever it is rendered: `{{t "orders:title"}}` and `(asset "/x.css")` by `constants`,
 * and `{{> icon name="cart"}}` by `partials`, which must read only what they are given. Changes the program and returns it.
 */
export function foldConstants(program: hbs.AST.Program, constants: Constants, partials: Map<string, Render>) {
  const visitor = new Handlebars.Visitor() as Handlebars.Visitor & { mutating: boolean };
  const walk = Handlebars.Visitor.prototype;
  visitor.mutating = true;
  visitor.MustacheStatement = (node) => {
    walk.MustacheStatement.call(visitor, node);
    const text = constantOf(node, constants);
    if (text === undefined) return node;
    return content(node, node.escaped ? Handlebars.escapeExpression(text) : text);
  };
  visitor.SubExpression = (node) => {
    walk.SubExpression.call(visitor, node);
    const text = constantOf(node, constants);
    return text === undefined ? node : { type: 'StringLiteral', value: text, original: text, loc: node.loc };
  };
  visitor.PartialStatement = (node) => {
    walk.PartialStatement.call(visitor, node);
    const render = partials.get((node.name as hbs.AST.PathExpression).original);
    const given = literalsOf(node.hash);
    return render && given && node.params.length === 0 ? content(node, render(given)) : node;
  };
  visitor.accept(program);
  return program;
}

function constantOf(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, constants: Constants): string | undefined {
  const [param] = node.params;
  const evaluate = constants[(node.path as hbs.AST.PathExpression).original];
  if (!evaluate || node.hash || node.params.length !== 1 || param?.type !== 'StringLiteral') return undefined;
  return evaluate((param as hbs.AST.StringLiteral).value);
}

/** The values of a partial's hash when all of them are literals. */
function literalsOf(hash: hbs.AST.Hash | undefined): Record<string, unknown> | null {
  const pairs = hash?.pairs ?? [];
  if (pairs.some(({ value }) => !value.type.endsWith('Literal'))) return null;
  return Object.fromEntries(pairs.map(({ key, value }) => [key, (value as hbs.AST.StringLiteral).value]));
}

function content(node: hbs.AST.Node, value: string): hbs.AST.ContentStatement {
  return { type: 'ContentStatement', value, original: { open: false, close: false }, loc: node.loc };
}
