import { type CheerioAPI, load } from 'cheerio';
import { expect } from 'vitest';
import { type Agent, signInAs, type TestApp } from './app.ts';

export interface Page {
  $: CheerioAPI;
  status: number;
  /** where it was reached, after redirects */
  path: string;
  /** the text of `main`, spaces made one */
  text: string;
}

type Changes = Record<string, string | number | null>;

/** Somebody at a browser without scripts: opens pages and sends the forms that stand on them, hidden fields and all. */
export interface Person {
  agent: Agent;
  open: (path: string, status?: number) => Promise<Page>;
  /** Sends the page's form with what it holds and these changes (null leaves a field out), and follows where that leads. */
  send: (page: Page, form: string, changes?: Changes) => Promise<Page>;
}

export async function personOf(app: TestApp, login: string | null): Promise<Person> {
  const agent = app.visitor();
  if (login) await signInAs(agent, login);
  const open = async (path: string, status = 200): Promise<Page> => {
    const page = pageOf(app, await agent.get(path).redirects(5), path);
    expect(page.status, `${path}\n${page.text.slice(0, 300)}`).toBe(status);
    return page;
  };
  const send = async (page: Page, form: string, changes: Changes = {}): Promise<Page> => {
    const found = page.$(form);
    if (found.length !== 1) throw new Error(`${found.length} forms are ${form} on ${page.path}:\n${page.text}`);
    const held = found.serializeArray().map(({ name, value }) => [name, value]);
    const fields = { ...Object.fromEntries(held), ...changes };
    const sent = Object.entries(fields).filter(([, value]) => value !== null);
    const action = found.attr('action') || page.path;
    const answer = await agent.post(action).type('form').send(Object.fromEntries(sent));
    return answer.status === 303
      ? open(String(answer.headers.location).replace(app.url, ''))
      : pageOf(app, answer, action);
  };
  return { agent, open, send };
}

interface Answer {
  text: string;
  status: number;
  redirects?: string[];
}

function pageOf(app: TestApp, answer: Answer, asked: string): Page {
  const $ = load(answer.text);
  const reached = answer.redirects?.at(-1) ?? asked;
  return {
    $,
    status: answer.status,
    path: reached.replace(app.url, ''),
    text: $('main').text().replace(/\s+/g, ' ').trim(),
  };
}

/** What the page says is wrong: the summary's lines. */
export function faultsOn({ $ }: Page): string[] {
  return $('.error-summary__list li')
    .map((_, item) => $(item).text().trim())
    .get();
}
