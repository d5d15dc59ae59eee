// Drives the system's Chromium over the real pages. Prints one JSON line; ends with 1 when something is not as it should be.
// Usage: node browser.mjs journey BASE FILE CODE NUMBER | node browser.mjs gone BASE CODE RECORD NUMBER | node browser.mjs pages BASE | node browser.mjs shots BASE FOLDER
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [task, base, ...rest] = process.argv.slice(2);
const password = process.env.XINYONG_TEST_PASSWORDS ? JSON.parse(process.env.XINYONG_TEST_PASSWORDS) : {};
const foreign = [];
const problems = [];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function context(options = {}) {
  const made = await browser.newContext({ locale: 'zh-CN', ...options });
  made.setDefaultTimeout(30_000);
  made.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== new URL(base).origin) foreign.push(request.url());
  });
  return made;
}

function expect(condition, what) {
  if (!condition) problems.push(what);
}

async function signIn(page, login) {
  await page.goto(`${base}/console/sign-in`);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', password[login]);
  await page.click('main button[type=submit]');
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'));
}

async function axeCheck(page, name) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] } }));
  for (const violation of result.violations) {
    problems.push(`axe ${name}: ${violation.id}: ${violation.help}: ${violation.nodes[0]?.html.slice(0, 200)}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(!wide, `${name} scrolls sideways`);
}

async function journey([file, code, number]) {
  // No script runs on any page of this journey.
  const clerk = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(clerk, 'clerk');
  await clerk.goto(`${base}/console/upload`);
  await clerk.selectOption('select[name=kind]', 'administrative-penalty');
  await clerk.setInputFiles('input[type=file]', file);
  await clerk.click('main form button[type=submit]');
  await clerk.waitForURL(/\/console\/batches\/\d+/);
  const batch = new URL(clerk.url()).pathname.match(/batches\/(\d+)/)[1];
  for (let tries = 0; tries < 60; tries++) {
    await clerk.goto(`${base}/console/batches/${batch}`);
    if (await clerk.locator(`form[action$="/submit"]`).count()) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const checked = await clerk.textContent('main');
  expect(checked.includes('condition.fine-required'), 'the bad row is explained to the clerk');
  await clerk.click(`form[action$="/submit"] button`);
  expect(!(await clerk.locator(`form[action$="/release"]`).count()), 'the clerk cannot release');

  const visitor = await (await context({ javaScriptEnabled: false })).newPage();
  await visitor.goto(`${base}/subjects/${code}`);
  expect(!(await visitor.textContent('main')).includes(number), 'nothing is public before it is released');

  const reviewer = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(reviewer, 'reviewer');
  await reviewer.goto(`${base}/console/batches/${batch}`);
  await reviewer.selectOption('select[name=basis]', 'unit-publication-list');
  const severity = reviewer.locator('select[name^="severity-"]').first();
  await severity.selectOption('general');
  await reviewer.locator('[name^="reason-"]').first().fill('罚款数额较大');
  await reviewer.locator('[name^="source-"]').first().fill('决定书第3页');
  await reviewer.click(`form[action$="/release"] button[type=submit]`);
  // Recording goes on behind the page; the public page is what counts.
  for (let tries = 0; tries < 60; tries++) {
    await visitor.goto(`${base}/subjects/${code}`);
    if ((await visitor.textContent('main')).includes(number)) break;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await visitor.goto(`${base}/search?q=${encodeURIComponent(code)}`);
  expect((await visitor.textContent('main')).includes(code), 'the public finds the subject by its code');
  await visitor.goto(`${base}/subjects/${code}`);
  expect((await visitor.textContent('main')).includes(number), 'the public sees the released penalty');
  const link = visitor.locator('main a[href*="/records/administrative-penalty/"]').first();
  const record = new URL(await link.getAttribute('href'), base).pathname;
  await visitor.goto(new URL(record, base).href);
  const shown = await visitor.textContent('main');
  expect(shown.includes('依据'), 'the record says why');
  return { batch, record };
}

async function gone([code, record, number]) {
  const visitor = await (await context({ javaScriptEnabled: false })).newPage();
  await visitor.goto(`${base}/subjects/${code}`);
  expect(!(await visitor.textContent('main')).includes(number), 'three years later the subject page no longer has it');
  const answer = await visitor.goto(new URL(record, base).href);
  expect(answer.status() === 404, `three years later the record answers ${answer.status()}`);
  await visitor.goto(`${base}/records/administrative-penalty?q=${encodeURIComponent(number)}`);
  expect(!(await visitor.textContent('main')).includes(number), 'three years later the list no longer has it');
  return {};
}

// What a recorded batch leads to: its records, one of them today and on past days, its subject, the withdrawal up to the last step.
async function heldPages(page, login, width) {
  let checked = 0;
  const look = async (path, name) => {
    const answer = await page.goto(new URL(path, base).href);
    expect(answer.ok(), `${login} ${name} answers ${answer.status()}`);
    await axeCheck(page, `${login} ${name} at ${width}`);
    checked++;
  };
  const first = (selector) => page.locator(selector).first().getAttribute('href', { timeout: 3000 }).catch(() => '');
  await page.goto(`${base}/console/batches?stage=recorded`);
  const batches = await page.locator('main table a[href*="/console/batches/"]').evaluateAll((all) => all.map((a) => a.href));
  let record = '';
  for (const batch of batches) {
    await page.goto(batch);
    if (!(await page.locator('main a[href$="/records"]').count())) continue;
    await look(await first('main a[href$="/records"]'), 'records of a batch');
    record = await first('main table a[href*="/console/records/"]');
    if (record) break;
  }
  expect(record, `${login} finds a record from a recorded batch`);
  if (!record) return checked;
  for (const on of ['', '?on=2000-01-01', '?on=x']) await look(record + on, `record${on}`);
  await page.goto(new URL(record, base).href);
  const subject = await first('main a[href*="/console/subjects/"]');
  if (subject) for (const on of ['', '?on=2000-01-01']) await look(subject + on, `subject${on}`);
  if (login === 'clerk') return checked;
  await look(`${record}/withdraw`, 'withdrawal');
  await page.click('main button[type=submit]');
  await axeCheck(page, `${login} withdrawal with errors at ${width}`);
  await page.fill('#decided', await page.locator('main dd').nth(3).innerText());
  await page.fill('#reason', '示例理由');
  await page.fill('#document', '示例文书');
  await page.click('main button[type=submit]');
  expect((await page.textContent('h1')).includes('确认撤下公示'), `${login} is asked again`);
  await axeCheck(page, `${login} withdrawal asked again at ${width}`);
  return checked + 2;
}

// Every page of portal and console, for a role each: axe, no sideways scrolling, wide and phone-wide.
async function pages() {
  let checked = 0;
  for (const width of [1280, 390]) {
    const portal = await (await context({ viewport: { width, height: 900 } })).newPage();
    await portal.goto(`${base}/records/administrative-penalty`);
    const record = await portal.locator('main a[href*="/records/administrative-penalty/"]').first().getAttribute('href');
    const subject = await portal.locator('main a[href*="/subjects/"]').first().getAttribute('href');
    const paths = ['/', '/search?q=示例', '/search?q=示', '/search?q=没有这个名字', '/records/administrative-licence', '/records/administrative-penalty', '/about', '/no-such-page', '/?size=large'];
    for (const path of [...paths.map((path) => base + path), new URL(record, base).href, new URL(subject, base).href]) {
      await portal.goto(path);
      await axeCheck(portal, `${path} at ${width}`);
      checked++;
    }
    for (const [login, paths] of [
      ['clerk', ['/console', '/console/batches', '/console/upload', '/console/account', '/console/account/password', '/console/account/second-factor']],
      ['reviewer', ['/console', '/console/batches']],
      ['office', ['/console', '/console/batches', '/console/upload', '/console/law', '/console/law/parameters/transition.order36']],
      ['auditor', ['/console', '/console/audit', '/console/audit?verify=true', '/console/law?on=2020-01-01']],
      ['admin', ['/console', '/console/accounts', '/console/accounts/new', '/console/units', '/console/units/new', '/console/units/tax']],
    ]) {
      const page = await (await context({ viewport: { width, height: 900 } })).newPage();
      if (login === 'clerk') {
        await page.goto(`${base}/console/sign-in`);
        await axeCheck(page, `sign-in at ${width}`);
      }
      await signIn(page, login);
      for (const path of paths) {
        await page.goto(base + path);
        await axeCheck(page, `${login} ${path} at ${width}`);
        checked++;
      }
      if (await page.goto(`${base}/console/batches`).then((answer) => answer.status() === 200)) {
        const links = await page.locator('main a[href*="/console/batches/"]').evaluateAll((all) => all.map((a) => a.href).filter((href) => /batches\/\d+$/.test(href)));
        for (const href of [...new Set(links)].slice(0, 3)) {
          await page.goto(href);
          await axeCheck(page, `${login} ${href} at ${width}`);
          checked++;
        }
        checked += await heldPages(page, login, width);
      }
      await page.context().close();
    }
  }
  return { checked };
}

async function shots([folder]) {
  mkdirSync(folder, { recursive: true });
  for (const [name, width, height] of [['wide', 1280, 900], ['phone', 390, 844]]) {
    const page = await (await context({ viewport: { width, height } })).newPage();
    const shoot = async (path, file) => {
      await page.goto(path.startsWith('http') ? path : base + path);
      await page.screenshot({ path: `${folder}/${file}-${name}.png` });
    };
    await shoot('/', 'home');
    await shoot('/search?q=示例', 'search');
    await page.goto(`${base}/records/administrative-penalty`);
    const record = new URL(await page.locator('main a[href*="/records/administrative-penalty/"]').first().getAttribute('href'), base).href;
    const subject = new URL(await page.locator('main a[href*="/subjects/"]').first().getAttribute('href'), base).href;
    await shoot('/records/administrative-penalty', 'penalties');
    await page.goto(record);
    const why = page.locator('main details').first();
    if (await why.count()) await why.evaluate((details) => { details.open = true; });
    await page.screenshot({ path: `${folder}/penalty-${name}.png` });
    await shoot(subject, 'subject');
    await shoot('/about', 'about');
    await signIn(page, 'reviewer');
    await shoot('/console', 'console');
    await shoot('/console/batches', 'batches');
    const waiting = page.locator('main a[href*="/console/batches/"]').filter({ hasNotText: '全部' });
    const hrefs = await waiting.evaluateAll((all) => all.map((a) => a.href).filter((href) => /batches\/\d+$/.test(href)));
    if (hrefs.length) await shoot(hrefs[0], 'batch');
    await page.context().clearCookies();
    await signIn(page, 'clerk');
    await shoot('/console/upload', 'upload');
    await page.context().close();
  }
  return { folder };
}

let answer = {};
try {
  answer = await { journey, gone, pages, shots }[task](rest);
} catch (error) {
  problems.push(String(error.stack ?? error));
}
expect(foreign.length === 0, `requests to other hosts: ${foreign.slice(0, 5).join(' ')}`);
await browser.close();
console.log(JSON.stringify({ ...answer, problems }));
process.exit(problems.length ? 1 : 0);
