import { chromium } from 'playwright-core';
const [,, who, path, name, lang='zh', only] = process.argv;
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox:false, args:['--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync'] });
for (const width of [1280, 390]) {
  const c = await b.newContext({ viewport: { width, height: 900 } });
  const p = await c.newPage();
  p.on('response', (r) => { if (r.status() >= 400) console.log(r.status(), r.url()); });
  await p.goto('http://127.0.0.1:3055/sign-in');
  await p.fill('[name=login]', who); await p.fill('[name=password]', 'bangfu2026');
  await Promise.all([p.waitForNavigation(), p.locator('form[action*="sign-in"] button[type=submit]').first().click()]);
  if (lang === 'en') { await p.goto('http://127.0.0.1:3055/'); const f = p.locator('button[name=locale][value=en]').first(); await f.click(); await p.waitForLoadState(); }
  await p.goto('http://127.0.0.1:3055' + path);
  const wide = await p.evaluate(() => document.documentElement.scrollWidth);
  console.log(width, 'scrollWidth', wide, p.url());
  await p.screenshot({ path: `/tmp/shots/${name}-${lang}-${width}.png`, fullPage: true });
  await c.close();
}
await b.close();
