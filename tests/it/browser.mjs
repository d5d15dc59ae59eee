// Drives the system's Chromium over the real pages. Prints one JSON line; ends with 1 when something is not as it should be.
// Usage, one line each:
//   node browser.mjs journey BASE FILE CODE NUMBER
//   node browser.mjs gone BASE CODE RECORD NUMBER
//   node browser.mjs keyboard BASE FILE
//   node browser.mjs provider BASE SUBJECT
//   node browser.mjs filing BASE CLERK REVIEWER FILE
//   node browser.mjs month BASE MONTH NUMBER FOLDER
//   node browser.mjs changed BASE MONTH
//   node browser.mjs pages BASE [FOLDER]
//   node browser.mjs agent BASE CODE FIRM IDENTITY
//   node browser.mjs check BASE
//   node browser.mjs granted BASE CODE FIRM IDENTITY NUMBER NUMBER REPORT DAY DAY
//   node browser.mjs refused BASE CODE FIRM IDENTITY NUMBER DAY
//   node browser.mjs provider BASE SUBJECT CODE FIRM IDENTITY
//   node browser.mjs objection BASE CODE FIRM IDENTITY NUMBER
//   node browser.mjs commitment BASE
//   node browser.mjs shots BASE FOLDER
// With a folder, `pages` keeps a picture of every page it looks at, to be looked at by people,
// and looks at them with large letters and on paper too.
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { granted, refused } from './repair.mjs';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [task, base, ...rest] = process.argv.slice(2);
const password = process.env.XINYONG_TEST_PASSWORDS ? JSON.parse(process.env.XINYONG_TEST_PASSWORDS) : {};
const foreign = [];
const problems = [];
const album = task === 'pages' ? rest[0] : undefined;
let pictures = 0;
if (album) mkdirSync(album, { recursive: true });

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

async function signIn(page, login, media, face = '/console') {
  // Nobody signs in on paper: its buttons are not drawn.
  if (media) await page.emulateMedia({ media: 'screen' });
  await page.goto(`${base}${face}/sign-in`);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', password[login]);
  await page.click('main button[type=submit]');
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'));
  if (media) await page.emulateMedia({ media });
}

async function axeCheck(page, name) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] } }));
  for (const violation of result.violations) {
    problems.push(`axe ${name}: ${violation.id}: ${violation.help}: ${violation.nodes[0]?.html.slice(0, 200)}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(!wide, `${name} scrolls sideways`);
  if (album) await page.screenshot({ path: `${album}/${String(++pictures).padStart(3, '0')} ${name.replaceAll(base, '').replace(/[^\p{L}\p{N}]+/gu, '-')}.png`, fullPage: true });
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

// Goes on with the Tab key until the element is reached; on the way the focus must always be seen and never be caught.
async function tabTo(page, selector, name) {
  const met = new Set();
  for (let steps = 0; steps < 150; steps++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate((wanted) => {
      const now = document.activeElement;
      if (!now || now === document.body) return { place: 'body', seen: true, reached: false };
      const style = getComputedStyle(now);
      const box = now.getBoundingClientRect();
      const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      return { place: now.outerHTML.slice(0, 120), seen: ringed && box.width > 0 && box.bottom > 0 && box.top < window.innerHeight, reached: now.matches(wanted) };
    }, selector);
    expect(at.seen, `${name}: the focus is not seen on ${at.place}`);
    if (at.reached) return;
    if (at.place !== 'body') met.add(at.place);
  }
  throw new Error(`${name}: ${selector} is not reached with the Tab key; met ${[...met].join(' ')}`);
}

// A clerk without a mouse: signs in, reads what is due, uploads, mends a refused form, submits, signs out.
async function keyboard([file]) {
  const page = await (await context({ viewport: { width: 1280, height: 900 } })).newPage();
  // Listened to from the beginning: only then does the browser leave the choice to us.
  let chosen;
  page.on('filechooser', (chooser) => { chosen = chooser.setFiles(file); });
  const press = async (selector, name) => {
    await tabTo(page, selector, name);
    await Promise.all([page.waitForLoadState('load'), page.keyboard.press('Enter')]);
  };
  await page.goto(`${base}/console/sign-in`);
  await tabTo(page, '.skip', 'sign-in');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement.id) === 'main', 'the skip link leads into the text');
  await tabTo(page, '#login', 'sign-in');
  await page.keyboard.type('clerk');
  await tabTo(page, '#password', 'sign-in');
  await page.keyboard.type(password.clerk);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname.endsWith('/console'));
  await press('nav a[href$="/console/upload"], main a[href$="/console/upload"]', 'first page');
  await page.waitForURL((url) => url.pathname.endsWith('/console/upload'));
  await tabTo(page, '#kind', 'upload');
  for (let steps = 0; steps < 10 && await page.inputValue('#kind') !== 'administrative-penalty'; steps++) await page.keyboard.press('ArrowDown');
  expect(await page.inputValue('#kind') === 'administrative-penalty', 'a kind is chosen with the arrow keys');
  await tabTo(page, '#file', 'upload');
  for (let tries = 0; tries < 3 && !chosen; tries++) {
    await page.keyboard.press('Enter');
    for (let steps = 0; steps < 50 && !chosen; steps++) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(chosen, 'the Enter key opens the choice of a file');
  await chosen;
  await press('main form button[type=submit]', 'upload');
  await page.waitForURL(/\/console\/batches\/\d+/);
  const batch = page.url();
  for (let tries = 0; tries < 60 && !(await page.locator('form[action$="/submit"]').count()); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await page.goto(batch);
  }
  await press('form[action$="/submit"] button', 'batch');
  // The page that was there has an h1 too: what tells the next one is that the form is gone.
  await page.waitForFunction(() => document.readyState === 'complete' && !document.querySelector('form[action$="/submit"]'));
  expect(!(await page.locator('form[action$="/submit"]').count()), 'the batch is submitted');
  await press('form[action$="/sign-out"] button', 'batch');
  await page.waitForURL((url) => !/\/console\/batches/.test(url.pathname));

  // The error summary leads to the field it names.
  await page.goto(`${base}/console/sign-in`);
  await signIn(page, 'office');
  await page.goto(`${base}/console/upload`);
  await page.evaluate(() => document.querySelectorAll('main form').forEach((form) => { form.noValidate = true; }));
  await press('main form button[type=submit]', 'empty upload');
  await page.waitForSelector('#error-summary');
  await press('#error-summary a[href="#kind"]', 'errors');
  expect(await page.evaluate(() => document.activeElement.id) === 'kind', 'an error leads to its field');

  // The public side: from the search box to a record and its reasons.
  await page.goto(`${base}/`);
  await tabTo(page, 'main input[name=q]', 'home');
  await page.keyboard.type('示例');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search/);
  await press('main a[href*="/subjects/"]', 'search');
  await page.waitForURL(/\/subjects\//);
  await page.goto(`${base}/records/administrative-penalty`);
  await press('main a[href*="/records/administrative-penalty/"]', 'penalties');
  await page.waitForURL(/\/records\/administrative-penalty\//);
  await tabTo(page, 'main details summary', 'penalty');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement.parentElement.open), 'the reasons open with the Enter key');
  return {};
}

// Through a provider of identities: one that is linked, one that is not, an answer used twice, an answer to somebody else's question.
async function provider([name, code, firm, identity]) {
  const come = async (page, subject) => {
    await page.goto(`${base}/console/upload`);
    await page.click('main a[href*="/sign-in/provider"]');
    await page.waitForSelector('input[name=login]');
    await page.fill('input[name=login]', subject);
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.waitForSelector('button[type=submit]');
    let back = '';
    page.on('request', (request) => { if (request.url().includes('/provider/return')) back = request.url(); });
    await page.click('button[type=submit]');
    await page.waitForURL((url) => url.href.startsWith(base));
    return back;
  };
  const clerk = await (await context()).newPage();
  const back = await come(clerk, name);
  expect(new URL(clerk.url()).pathname.endsWith('/console/upload'), `${clerk.url()} is not where the clerk wanted to go`);
  const again = await clerk.goto(back);
  expect(again.status() === 400, 'an answer counts once');
  const stranger = await (await context()).newPage();
  await come(stranger, 'nobody-linked');
  expect((await stranger.textContent('main')).includes('还没有关联平台账号'), 'an identity that nobody linked opens nothing');
  expect((await stranger.goto(`${base}/console`)).url().includes('sign-in'), 'the stranger is not signed in');
  // A link with somebody else's answer signs nobody in.
  const victim = await (await context()).newPage();
  await victim.goto(`${base}/console/sign-in`);
  expect((await victim.goto(back)).status() === 400, 'an answer to another question is refused');
  await victim.goto(`${base}/console/sign-in/provider`);
  expect((await victim.goto(`${base}/console/sign-in/provider/return?state=made-up&code=made-up`)).status() === 400, 'a made-up answer is refused');
  expect((await victim.goto(`${base}/console`)).url().includes('sign-in'), 'the victim is not signed in');
  // On the subjects' side an identity that is new may ask for an account, and signs in by itself from then on.
  const person = await (await context()).newPage();
  const proveOneself = async (subject) => {
    await person.goto(`${base}/my/sign-in`);
    await person.click('main a[href*="/sign-in/provider"]');
    if (await person.locator('input[name=login]').count()) {
      await person.fill('input[name=login]', subject);
      await person.fill('input[name=password]', 'any');
      await person.click('button[type=submit]');
      await person.waitForSelector('button[type=submit]');
      await person.click('button[type=submit]');
    }
    await person.waitForURL((url) => url.href.startsWith(base));
  };
  await proveOneself('agent-of-a-firm');
  expect(new URL(person.url()).pathname === '/my/sign-up', `${person.url()} is not the application`);
  expect((await person.textContent('main')).includes('身份已核实') && !(await person.locator('input[name=password]').count()), 'no password is asked of who was proved');
  await askToAct(person, code, firm, identity);
  await person.click('main form button[type=submit]');
  await person.waitForURL((url) => url.pathname === '/my');
  expect((await person.textContent('main')).includes('等待信用办确认'), 'the authority is still confirmed by the office');
  await person.click('header form button');
  await proveOneself('agent-of-a-firm');
  expect(new URL(person.url()).pathname === '/my', `${person.url()} is not the agent's home`);
  foreign.length = 0;
  return {};
}

// A clerk hands in a file of penalties, a second person releases it; no script runs.
async function filing([clerkName, reviewerName, file]) {
  const clerk = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(clerk, clerkName);
  await clerk.goto(`${base}/console/upload`);
  await clerk.selectOption('select[name=kind]', 'administrative-penalty');
  await clerk.setInputFiles('input[type=file]', file);
  await clerk.click('main form button[type=submit]');
  await clerk.waitForURL(/\/console\/batches\/\d+/);
  const batch = `${base}${new URL(clerk.url()).pathname.match(/\/console\/batches\/\d+/)[0]}`;
  const until = async (page, there) => {
    for (let tries = 0; tries < 80; tries++) {
      await page.goto(batch);
      if (await there(page)) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`${batch} does not go on: ${await page.textContent('main')}`);
  };
  await until(clerk, (page) => page.locator('form[action$="/submit"]').count());
  await clerk.click('form[action$="/submit"] button');
  const reviewer = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(reviewer, reviewerName);
  await reviewer.goto(batch);
  await reviewer.selectOption('select[name=basis]', 'unit-publication-list');
  await reviewer.click('form[action$="/release"] button[type=submit]');
  await until(reviewer, async (page) => (await page.textContent('main')).includes('已入库'));
  return {};
}

// The cells of a table's rows, by the column's heading.
async function rowsOf(page, caption) {
  return page.locator('table', { hasText: caption }).first().evaluate((table) => {
    const heads = [...table.querySelectorAll('thead th')].map((head) => head.textContent.trim());
    return [...table.querySelectorAll('tbody tr')].map((row) => Object.fromEntries([...row.children].map((cell, place) => [heads[place], cell.textContent.trim()])));
  });
}

// The credit office's month: notes that the platform was down, reads the bulletin, issues it, takes it home as PDF and as workbook.
async function month([named, number, folder]) {
  const office = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(office, 'office');
  await office.goto(`${base}/console/reporting/outages`);
  await office.fill('input[name=first]', `${named}-10`);
  await office.fill('input[name=last]', `${named}-10`);
  await office.fill('textarea[name=reason]', '机房停电');
  await office.click('main form button[type=submit]');
  await office.goto(`${base}/console/reporting?month=${named}`);
  await office.click('main a[href$="/console/bulletins/' + named + '"]');
  await office.fill('input[name=number]', number);
  await office.click('main form button[type=submit]');
  await office.waitForURL((url) => url.pathname.endsWith(`/console/bulletins/${named}`));
  expect((await office.textContent('.official-number')).trim() === number, 'the bulletin bears its number');
  const rows = await rowsOf(office, '各单位归集情况');
  const files = {};
  for (const ending of ['bulletin.pdf', 'table.xlsx']) {
    const [download] = await Promise.all([office.waitForEvent('download'), office.click(`main a[href$="/${ending}"]`)]);
    files[ending] = `${folder}/${ending}`;
    await download.saveAs(files[ending]);
  }
  const again = await office.request.get(`${base}/console/bulletins/${named}/bulletin.pdf`);
  expect((await again.body()).equals(readFileSync(files['bulletin.pdf'])), 'the same month is the same bytes');
  // From a figure to the decision behind it.
  await office.goto(`${base}/console/reporting/units/market-regulation/administrative-penalty?month=${named}`);
  expect((await office.textContent('main')).includes('（平）市监稽罚〔2026〕9号'), 'the missing number is listed');
  await office.goto(`${base}/console/reporting/units/emergency-management/administrative-penalty?month=${named}`);
  expect((await office.textContent('main')).includes('（平）应急稽罚〔2026〕10号'), 'the late decision is listed');
  return { rows, files };
}

// What the page of an issued bulletin says has changed since.
async function changed([named]) {
  const office = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(office, 'office');
  await office.goto(`${base}/console/bulletins/${named}`);
  return { rows: await rowsOf(office, '与最近一次印发不同的数字') };
}

// The fields about the firm and the person, of somebody who asks to act for it.
async function askToAct(page, code, firm, identity) {
  await page.fill('input[name=code]', code);
  await page.fill('input[name=firm]', firm);
  await page.fill('input[name=person]', '示例赵六');
  await page.fill('input[name=mobile]', '10000000006');
  await page.fill('input[name=identity]', identity);
}

// A firm's agent: asks, is confirmed, declares, changes, withdraws. No script runs on any page of it.
async function agent([code, firm, identity]) {
  const person = await (await context({ javaScriptEnabled: false })).newPage();
  await person.goto(`${base}/my`);
  expect(person.url().includes('/my/sign-in?next='), 'a visitor is led to the sign-in of the subjects');
  await person.click('main a[href$="/my/sign-up"]');
  await askToAct(person, code, `${firm}乙`, identity);
  await person.fill('input[name=login]', 'zhao.liu');
  for (const field of ['password', 'repeat_password']) await person.fill(`input[name=${field}]`, 'kettle-harbour-9');
  await person.setInputFiles('input[name=file]', { name: '授权书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 example') });
  await person.click('main form button[type=submit]');
  expect((await person.textContent('main')).includes('没有找到代码和名称都与所填一致的主体'), 'a wrong name is refused');
  await person.fill('input[name=firm]', firm);
  for (const field of ['password', 'repeat_password']) await person.fill(`input[name=${field}]`, 'kettle-harbour-9');
  await person.setInputFiles('input[name=file]', { name: '授权书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 example') });
  await person.click('main form button[type=submit]');
  await person.waitForURL((url) => url.pathname === '/my');
  expect((await person.textContent('main')).includes('等待信用办确认'), 'the application waits');
  expect((await person.goto(`${base}/my/firms/${code}`)).status() === 404, 'nothing is seen of the firm before');

  const office = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(office, 'office');
  await office.locator('main a[href*="/console/agents/"]', { hasText: firm }).first().click();
  expect((await office.textContent('main')).includes('示例赵六'), 'the office sees who asks');
  await office.click('form[action$="/confirm"] button');
  await office.waitForURL((url) => url.search.includes('done=confirmed'));

  await person.goto(`${base}/my`);
  await person.locator('main a', { hasText: '自主申报' }).first().click();
  await person.click('main a.button');
  await person.click('main form button[type=submit]');
  expect((await person.textContent('#error-summary')).includes('没有勾选承诺'), 'nothing is declared without a signature');
  await person.selectOption('select[name=ZZ_LB]', '社会责任');
  await person.fill('input[name=ZZ_SX]', '示例助学活动');
  await person.fill('textarea[name=ZZ_NR]', '2026年9月示例助学活动，捐赠图书三百册。');
  await person.selectOption('select[name=GKLX]', '可向社会公开');
  await person.check('input[name=agreed]');
  await person.click('main form button[type=submit]');
  await person.waitForURL((url) => url.search.includes('done=declared'));
  const own = person.url().split('?')[0];

  const visitor = await (await context({ javaScriptEnabled: false })).newPage();
  await visitor.goto(`${base}/subjects/${code}`);
  const group = await visitor.textContent('#self-declaration');
  expect(group.includes('示例助学活动') && group.includes('自主申报'), 'the public page shows it, marked');
  const link = await visitor.locator('#self-declaration a[href*="/records/self-declaration/"]').first().getAttribute('href');
  const record = new URL(link, base).href;
  await visitor.goto(record);
  const shown = await visitor.textContent('main');
  expect(shown.includes('平台没有核实') && !shown.includes('示例赵六'), 'the record says what the mark means, and names nobody');

  await person.goto(own);
  await person.click('main a[href$="/withdraw"]');
  await person.click('main form button[type=submit]');
  await person.waitForURL((url) => url.search.includes('done=withdrawn'));
  expect((await visitor.goto(record)).status() === 404, 'withdrawn, it is gone at once');
  await visitor.goto(`${base}/subjects/${code}`);
  expect(!(await visitor.textContent('main')).includes('示例助学活动'), 'and from the page of the firm');
  return {};
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

// A key of machines: the form with errors, the key shown once, its page in use, the list, its end.
async function keyPages(page, width) {
  await page.goto(`${base}/console/keys/new`);
  await page.fill('#system', '');
  await page.click('main button[type=submit]');
  await axeCheck(page, `admin key with errors at ${width}`);
  await page.fill('#system', '示例业务系统');
  await page.selectOption('#scope', 'read');
  await page.click('main button[type=submit]');
  const secret = (await page.textContent('main')).match(/xyk_[0-9a-f]+/)?.[0];
  expect(secret, 'the key is shown');
  await axeCheck(page, `admin key made at ${width}`);
  const href = await page.locator('main a[href*="/console/keys/"]').first().getAttribute('href');
  for (const path of ['/api/v1/changes', '/api/v1/nonsense', '/api/v1/changes?x=1']) {
    await fetch(base + path, { headers: { authorization: `Bearer ${secret}` } });
  }
  for (let tries = 0; tries < 40; tries++) {
    await page.goto(new URL(href, base).href);
    if (await page.locator('table.bars').count()) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(await page.locator('table.bars').count(), 'the use of the key is written down within seconds');
  await axeCheck(page, `admin key in use at ${width}`);
  await page.goto(`${base}/console/keys`);
  await axeCheck(page, `admin keys at ${width}`);
  await page.goto(new URL(href, base).href);
  await page.click('main form[action$="/end"] button');
  await axeCheck(page, `admin ended key at ${width}`);
  return 5;
}

// The ways in which people look at a page. Large letters and paper are for the album: by machine they are looked at on some pages.
const LOOKS = [
  { look: '1280', width: 1280 },
  { look: '390', width: 390 },
  { look: 'large letters', width: 390, size: 'large', album: true },
  { look: 'paper', width: 794, media: 'print', album: true },
].filter((one) => album || !one.album);

async function onlooker({ width, size, media }) {
  const page = await (await context({ viewport: { width, height: 900 } })).newPage();
  if (media) await page.emulateMedia({ media });
  if (size) await page.goto(`${base}/?size=${size}`);
  return page;
}

// Every page of portal and console, for a role each: axe, no sideways scrolling, in every look.
// The subjects' own pages.
async function ownPages(one, width) {
  const page = await onlooker(one);
  await signIn(page, 'agent', one.media, '/my');
  const firm = await page.locator('main table a').first().getAttribute('href');
  await page.goto(`${base}${firm}/declarations`);
  const record = await page.locator('main table a').first().getAttribute('href');
  const entry = `${firm}/declarations/${record.split('/').pop()}`;
  const paths = ['/my', '/my/apply', '/my/account', '/my/account/password', '/my/mail', '/my/mail/confirm?code=0a', firm, record, `${firm}/leave`, `${firm}/looks`, `${firm}/repair`, `${firm}/objections`, `${firm}/reports`, `${firm}/declarations`, `${firm}/declarations/new/self-declaration`, `${entry}/change`, `${entry}/withdraw`];
  for (const path of paths) {
    await page.goto(base + path);
    await axeCheck(page, `agent ${path} at ${width}`);
  }
  for (const link of ['th a[href*="/commitments/new/"]', 'th a:not([href*="/new/"])']) {
    await page.goto(`${base}${firm}/commitments`);
    await page.locator(`main ${link}`).first().click();
    await axeCheck(page, `agent commitment ${link} at ${width}`);
  }
  await page.goto(`${base}${firm}/repair`);
  const repair = page.locator('main a[href*="/repair/records/"]');
  if (await repair.count()) {
    const href = await repair.first().getAttribute('href');
    for (const path of [href, `${href}/form`]) {
      await page.goto(new URL(path, base).href);
      await axeCheck(page, `agent ${path} at ${width}`);
    }
  }
  if (!one.media) {
    await page.goto(`${base}${firm}/declarations/new/self-declaration`);
    await page.click('main form button[type=submit]');
    await axeCheck(page, `agent refused form at ${width}`);
  }
  await page.context().close();
  return paths.length;
}

async function pages() {
  let checked = 0;
  for (const one of LOOKS) {
    const width = one.look;
    const portal = await onlooker(one);
    await portal.goto(`${base}/records/administrative-penalty`);
    const record = await portal.locator('main a[href*="/records/administrative-penalty/"]').first().getAttribute('href');
    const subject = await portal.locator('main a[href*="/subjects/"]').first().getAttribute('href');
    const paths = ['/', '/search?q=示例', '/search?q=示', '/search?q=没有这个名字', '/records/administrative-licence', '/records/administrative-penalty', '/about', '/api', '/departments', '/departments/market-regulation', '/statistics', '/data', '/data/administrative-penalty', '/guides', '/guides/enterprises', '/guides/units', '/guides/public', '/guides/repair', '/guides/objection', '/corrections', '/no-such-page', '/?size=large', '/?size=normal', '/?contrast=high', '/statistics', '/search?q=示例', '/records/administrative-penalty', '/?contrast=normal', '/departments/market-regulation/powers', '/catalogue', '/data/subjects', '/records/self-declaration', '/my/sign-in', '/my/sign-up', '/reports', '/reports?number=123', '/log', '/commitments/matters', '/records/credit-commitment'];
    for (const path of [...paths.map((path) => base + path), new URL(record, base).href, new URL(`${record}/report`, base).href, `${base}/error-reports`, new URL(subject, base).href, new URL(`${subject}/administrative-penalty`, base).href, `${base}/search?q=示例&category=organisation`]) {
      await portal.goto(path);
      await axeCheck(portal, `${path} at ${width}`);
      checked++;
      // The look that the list of paths tries out ends with it.
      if (one.size && path.includes('size=')) await portal.goto(`${base}/?size=${one.size}`);
    }
    for (const [login, paths] of [
      ['clerk', ['/console', '/console/batches', '/console/upload', '/console/account', '/console/account/password', '/console/account/second-factor', '/console/error-reports', '/console/error-reports?show=answered', '/console/checks', '/console/checks/lists', '/console/enrolments', '/console/enrolments/new', '/console/commitments', '/console/commitments?show=late', '/console/commitments/paper', '/console/commitments/matters/new', '/console/commitments/figures']],
      ['reviewer', ['/console', '/console/batches', '/console/reporting', '/console/reporting?month=2026-10', '/console/reporting/units/market-regulation/administrative-penalty?month=2026-10', '/console/corrections', '/console/corrections?show=decided', '/console/powers/market-regulation?month=2026-10', '/console/repairs', '/console/repairs?show=over', '/console/repairs/urge', '/console/repairs/shields', '/console/repairs/shields?show=over', '/console/commitments', '/console/commitments?show=over', '/console/commitments/matters', '/console/objections', '/console/objections?show=over']],
      ['office', ['/console', '/console/notices', '/console/batches', '/console/upload', '/console/names', '/console/law', '/console/law?q=36', '/console/law/parameters/transition.order36', '/console/reporting', '/console/doubles', '/console/doubles?by=code', '/console/reporting/known', '/console/reporting/outages', '/console/reporting/assessment', '/console/reporting/forecast', '/console/bulletins/2026-10', '/console/reporting/units/market-regulation/administrative-penalty?month=2026-10', '/console/judgements', '/console/judgements?show=decided', '/console/judgements/new', '/console/powers', '/console/agents', '/console/agents?state=active', '/console/repairs', '/console/repairs/window', '/console/commitments', '/console/objections', '/console/objections/window', '/']],
      ['auditor', ['/console', '/console/originals', '/console/signing-keys', '/console/audit', '/console/audit?verify=true', '/console/law?on=2020-01-01']],
      ['admin', ['/console', '/console/accounts', '/console/accounts/new', '/console/units', '/console/units/new', '/console/units/tax', '/console/keys', '/console/keys/new', '/console/signing-keys']],
    ]) {
      const page = await onlooker(one);
      if (login === 'clerk') {
        await page.goto(`${base}/console/sign-in`);
        await axeCheck(page, `sign-in at ${width}`);
      }
      await signIn(page, login, one.media);
      for (const path of paths) {
        await page.goto(base + path);
        await axeCheck(page, `${login} ${path} at ${width}`);
        checked++;
        // One of what is listed, and the form that leads on from it.
        for (const [list, link] of [['/console/checks', 'td a'], ['/console/checks/lists', 'td a'], ['/console/commitments', 'th a'], ['/console/repairs/shields', 'td a'], ['/console/error-reports', 'td a'], ['/console/repairs', 'td a'], ['/console/objections', 'td a'], ['/console/corrections', 'td a'], ['/console/enrolments', 'th a'], ['/console/commitments/matters', 'th a'], ['/console/keys', 'td a'], ['/console/judgements', 'td a'], ['/console/judgements?show=decided', 'td a'], ['/console/doubles', 'a[href*="/judgements/new"]'], ['/console/signing-keys', 'td a']]) {
          if (path !== list) continue;
          const found = page.locator(`main ${link}`);
          if (!(await found.count())) continue;
          const href = new URL(await found.first().getAttribute('href'), base).href;
          await page.goto(href);
          await axeCheck(page, `${login} ${list} ${link} at ${width}`);
          checked++;
        }
      }
      if (login === 'reviewer') {
        await page.goto(`${base}/console${new URL(record, base).pathname.replace('/administrative-penalty', '')}/correct`);
        await axeCheck(page, `reviewer correct at ${width}`);
        checked++;
      }
      if (!one.media && await page.goto(`${base}/console/batches`).then((answer) => answer.status() === 200)) {
        const links = await page.locator('main a[href*="/console/batches/"]').evaluateAll((all) => all.map((a) => a.href).filter((href) => /batches\/\d+$/.test(href)));
        for (const href of [...new Set(links)].slice(0, 3)) {
          await page.goto(href);
          await axeCheck(page, `${login} ${href} at ${width}`);
          checked++;
        }
        checked += await heldPages(page, login, width);
      }
      if (login === 'admin' && !one.media) checked += await keyPages(page, width);
      if (login === 'office') {
        await page.goto(`${base}/console${new URL(record, base).pathname.replace('/administrative-penalty', '')}/object`);
        await axeCheck(page, `office object at ${width}`);
        checked++;
      }
      if (login === 'office' && !one.media) {
        await page.goto(`${base}/console/agents`);
        await page.locator('main table a').first().click();
        await axeCheck(page, `an application at ${width}`);
        for (const form of ['report', 'certificate']) {
          await page.goto(`${base}/console${new URL(subject, base).pathname}/${form}`);
          await axeCheck(page, `office ${form} at ${width}`);
          await page.click('main form button[type=submit]');
          await axeCheck(page, `office ${form} refused at ${width}`);
        }
        checked += 5;
      }
      await page.context().close();
    }
    checked += await ownPages(one, width);
  }
  return { checked };
}

// An objection: the firm's agent objects, the mark is on the portal at once, the unit answers that it is right, two persons correct it, the mark is
// gone and the agent reads the answer. No script runs on any page of it.
async function objection([code, firm, identity, number]) {
  const person = await (await context({ javaScriptEnabled: false })).newPage();
  await person.goto(`${base}/my/sign-up`);
  await askToAct(person, code, firm, identity);
  await person.fill('input[name=login]', 'zhao.liu');
  for (const field of ['password', 'repeat_password']) await person.fill(`input[name=${field}]`, 'kettle-harbour-9');
  await person.setInputFiles('input[name=file]', { name: '授权书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 example') });
  await person.click('main form button[type=submit]');
  await person.waitForURL((url) => url.pathname === '/my');
  const office = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(office, 'office');
  await office.locator('main a[href*="/console/agents/"]', { hasText: firm }).first().click();
  await office.click('form[action$="/confirm"] button');
  await office.waitForURL((url) => url.search.includes('done=confirmed'));

  const visitor = await (await context({ javaScriptEnabled: false })).newPage();
  await visitor.goto(`${base}/subjects/${code}`);
  const record = new URL(await visitor.locator('main a[href*="/records/administrative-penalty/"]').first().getAttribute('href'), base).href;
  await visitor.goto(record);
  expect(!(await visitor.textContent('main')).includes('异议处理中'), 'nothing is marked before');

  const words = '罚款数额有误，已经提出异议。';
  await person.goto(`${base}/my/firms/${code}/objections`);
  await person.click('main form button[type=submit]');
  expect((await person.textContent('#error-summary')).includes('请选择'), 'an empty form says what is missing');
  const option = await person.locator('select[name=record] option', { hasText: number }).getAttribute('value');
  await person.selectOption('select[name=record]', option);
  await person.selectOption('select[name=ground]', 'content');
  await person.fill('textarea[name=words]', '罚款应为1000元，见决定书第2页。');
  await person.fill('textarea[name=statement]', words);
  await person.setInputFiles('input[name=file]', { name: '决定书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 example') });
  await person.click('main form button[type=submit]');
  await person.waitForURL((url) => url.search.includes('done=filed'));
  const own = new URL(await person.locator('main table a').first().getAttribute('href'), base).href;

  for (const page of [record, `${base}/subjects/${code}`, `${base}/records/administrative-penalty?q=${encodeURIComponent(number)}`]) {
    await visitor.goto(page);
    const shown = await visitor.textContent('main');
    expect(shown.includes('异议处理中') && shown.includes(words), `${page} is marked, with the words of the firm`);
    expect(!shown.includes('见决定书第2页'), `${page} does not show what only the unit may read`);
  }

  const reviewer = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(reviewer, 'reviewer');
  await reviewer.locator('main a[href*="/console/objections/"]').filter({ hasText: '内容有误' }).last().click();
  expect((await reviewer.textContent('main')).includes('见决定书第2页'), 'the unit reads what is said');
  const one = reviewer.url();
  await reviewer.selectOption('select[name=event]', 'uphold');
  await reviewer.selectOption('select[name=outcome]', 'correct');
  await reviewer.fill('textarea[name=reason]', '经核对决定书，罚款数额录入有误。');
  await reviewer.click('form[action$="/step"] button');
  await reviewer.waitForURL(one);
  expect((await reviewer.textContent('h1')).includes('异议成立，待更正'), 'answered');

  const clerk = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(clerk, 'clerk');
  await clerk.goto(one);
  await clerk.click('main a[href$="/correct"]');
  await clerk.selectOption('select[name=event]', 'own-correction');
  await clerk.fill('input[name=document]', '示例更正审批表〔2026〕1号');
  await clerk.fill('input[name=document_on]', '2026-11-25');
  await clerk.fill('input[name=known_on]', '2026-11-25');
  await clerk.fill('textarea[name=reason]', '录入有误，经异议核实');
  await clerk.getByLabel('处罚内容', { exact: false }).first().fill('罚款1000元。');
  await clerk.click('main form[enctype] button[type=submit]');
  await clerk.waitForURL((url) => /\/corrections\/\d+$/.test(url.pathname));
  await reviewer.goto(clerk.url());
  await reviewer.locator('button[name=decision][value=confirm], button[value=confirm]').first().click();
  await reviewer.waitForLoadState();

  for (const page of [record, `${base}/subjects/${code}`]) {
    await visitor.goto(page);
    const shown = await visitor.textContent('main');
    expect(shown.includes('罚款1000元。') && !shown.includes('异议处理中') && !shown.includes(words), `${page} shows it corrected, unmarked`);
  }
  await visitor.goto(`${base}/corrections`);
  expect((await visitor.textContent('main')).includes('处罚内容'), 'the notice says what was corrected');
  await person.goto(own);
  const told = await person.textContent('main');
  expect(told.includes('罚款数额录入有误') && told.includes('已更正，各处确认中'), 'the agent reads the answer and what came of it');
  return {};
}

// The approval window: a firm on a list and a clean one are checked, one by one, as a list, and inside another system; the firm sees who looked.
async function check() {
  const visitor = await (await context({ javaScriptEnabled: false })).newPage();
  await visitor.goto(`${base}/records/serious-dishonesty-listing`);
  const listed = (await visitor.locator('main a[href*="/subjects/"]').first().getAttribute('href')).split('/').pop();
  const person = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(person, 'agent', undefined, '/my');
  const firm = (await person.locator('main table a[href*="/my/firms/"]').first().getAttribute('href')).split('/').pop();

  const clerk = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(clerk, 'clerk');
  await clerk.goto(`${base}/console/checks`);
  await clerk.fill('input[name=subject]', '没有这个示例公司');
  await clerk.click('section.act form button[type=submit]');
  expect((await clerk.textContent('#error-summary')).includes('请写明核查用途'), 'a purpose is asked for');
  const ask = async (subject, purpose, basis) => {
    await clerk.goto(`${base}/console/checks`);
    await clerk.fill('input[name=subject]', subject);
    await clerk.selectOption('select[name=purpose]', purpose);
    await clerk.fill('input[name=basis]', basis);
    await clerk.click('section.act form button[type=submit]');
  };
  await ask('没有这个示例公司', 'approval', '《示例法》第一条');
  expect((await clerk.textContent('#error-summary')).includes('没有找到这个主体'), 'an unknown name is said');
  await ask(firm, 'honour', '《示例评优办法》第九条');
  await clerk.waitForURL(/\/console\/checks\/2\w{21}$/);
  expect((await clerk.textContent('main')).includes('没有核对过的惩戒措施可以提示'), 'what nobody verified is not proposed, and said to be so');
  await ask(listed, 'approval', '《示例法》第三十四条');
  await clerk.waitForURL(/\/console\/checks\/2\w{21}$/);
  const answer = await clerk.textContent('main');
  for (const said of ['依法依规限制市场准入', '第四十八条', '移出名单', '不得因本次查询结果拒绝受理', '限制享受优惠政策和便利措施', '采取前请核对']) {
    expect(answer.includes(said), `the answer says ${said}`);
  }
  await clerk.selectOption('select[name=outcome]', 'measure');
  await clerk.click('section.act form button[type=submit]');
  expect((await clerk.textContent('#error-summary')).includes('请勾选采取了哪一项'), 'a measure has to be named');
  await clerk.selectOption('select[name=outcome]', 'measure');
  await clerk.check('input[name=measures]');
  await clerk.fill('textarea[name=note]', '示例说明');
  await clerk.click('section.act form button[type=submit]');
  await clerk.waitForURL(/\/console\/checks\/2\w{21}$/);
  const number = clerk.url().split('/').pop();
  await clerk.goto(`${base}/console/checks`);
  expect((await clerk.locator('tr', { hasText: number }).first().textContent()).includes('依法采取提示的措施'), 'the ledger says what came of it');

  await clerk.goto(`${base}/console/checks/lists`);
  await clerk.selectOption('select[name=purpose]', 'tendering');
  await clerk.fill('input[name=basis]', '《示例招标文件》');
  await clerk.setInputFiles('input[type=file]', { name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from(`统一社会信用代码\n${firm}\n${listed}\n${firm}\n`) });
  await clerk.click('section.act form button[type=submit]');
  await clerk.waitForURL(/\/lists\/\d+$/);
  const list = clerk.url();
  for (let tries = 0; tries < 60 && !(await clerk.locator('a[href$="/answers.xlsx"]').count()); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await clerk.goto(list);
  }
  expect((await clerk.textContent('main')).includes('3 / 3 行'), 'every row was worked through');
  const file = await clerk.request.get(`${list}/answers.xlsx`);
  expect(file.status() === 200 && (await file.body()).subarray(0, 2).toString() === 'PK', 'the list comes back as a workbook');

  const admin = await (await context()).newPage();
  await signIn(admin, 'admin');
  await admin.goto(`${base}/console/keys/new`);
  await admin.fill('input[name=system]', '示例审批系统');
  await admin.selectOption('select[name=scope]', 'check');
  await admin.selectOption('select[name=unit]', 'market-regulation');
  await admin.click('main form button[type=submit]');
  const key = (await admin.textContent('main')).match(/xyk_\w+/)[0];
  const window = async () => {
    const made = await fetch(`${base}/api/v1/check-windows`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify({ subject: listed, purpose: 'qualification', basis: '《示例资质办法》第三条' }) });
    expect(made.status === 201, `a window is made: ${made.status}`);
    return base + (await made.json()).address;
  };
  const clerkOfAnother = await (await context()).newPage();
  const first = await window();
  await clerkOfAnother.goto(first);
  await axeCheck(clerkOfAnother, 'a window');
  expect((await clerkOfAnother.textContent('main')).includes('依法依规限制市场准入'), 'the window shows the answer');
  expect((await (await clerkOfAnother.context().request.get(first)).text()).includes('不能再打开'), 'a window opens once');
  await clerkOfAnother.selectOption('select[name=outcome]', 'measure');
  await clerkOfAnother.click('main form button[type=submit]');
  expect((await clerkOfAnother.textContent('#error-summary')).includes('请勾选'), 'a window says what is wrong');
  await clerkOfAnother.selectOption('select[name=outcome]', 'not-taken');
  await clerkOfAnother.click('main form button[type=submit]');
  expect((await clerkOfAnother.textContent('main')).includes('应用结果已填写'), 'a window takes the use back');

  const auditor = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(auditor, 'auditor');
  await auditor.goto(`${base}/console/originals`);
  await auditor.fill('input[name=number]', number);
  await auditor.click('main form button[type=submit]');
  expect((await auditor.textContent('#error-summary')).includes('请写明为什么'), 'a reason is asked for');
  await auditor.fill('input[name=why]', '复议核对示例');
  await auditor.click('main form button[type=submit]');
  expect((await auditor.textContent('main')).includes('逐字节相同'), 'the auditor sees the answer come out again');

  await person.goto(`${base}/my/firms/${firm}/looks`);
  const looks = await person.textContent('main');
  for (const said of ['评优评先', '《示例评优办法》第九条', '招标投标', '批量核查', '市场监督管理局']) {
    expect(looks.includes(said), `the firm sees ${said}`);
  }
  return { number, key };
}

// The firm of the demonstration commits online, without scripts; its unit accepts, completes, finds by a document; everybody reads it.
async function commitment() {
  const person = await (await context({ javaScriptEnabled: false })).newPage();
  await signIn(person, 'agent', undefined, '/my');
  const firm = await person.locator('main table a').first().getAttribute('href');
  await person.goto(`${base}${firm}/commitments`);
  await person.locator('main th a[href*="/commitments/new/"]').first().click();
  const told = await person.textContent('main');
  for (const said of ['自愿选择', '违诺责任', '一般程序']) expect(told.includes(said), `the text says ${said}`);
  const business = '申请示例许可（示例网上办件）';
  await person.fill('textarea[name=reason]', business);
  await person.click('main form button[type=submit]');
  expect((await person.textContent('#error-summary')).includes('没有确认'), 'nobody commits without saying so');
  await person.check('input[name=agreed]');
  await person.click('main form button[type=submit]');
  await person.waitForURL(/\/commitments\/\d+$/);
  const own = person.url();
  const number = (await person.textContent('main')).match(/\d{20}/)[0];

  const column = async () => {
    const visitor = await (await context()).newPage();
    await visitor.goto(`${base}/records/credit-commitment`);
    const row = visitor.locator('main tr', { hasText: number });
    return (await row.count()) ? row.first().textContent() : '';
  };
  expect((await column()) === '', 'nothing is public before the unit accepts');
  const unit = async (login, event, fields = {}) => {
    const page = await (await context({ javaScriptEnabled: false })).newPage();
    await signIn(page, login);
    await page.goto(`${base}/console/commitments`);
    await page.locator('main tr', { hasText: number }).locator('th a').click();
    await page.selectOption('select[name=event]', event);
    for (const [field, value] of Object.entries(fields)) await page.fill(`[name=${field}]`, value);
    await page.click('section.act form button[type=submit]');
    expect(!(await page.locator('#error-summary').count()), `${login} does ${event}`);
    return page;
  };
  await unit('reviewer', 'accept');
  expect((await column()).includes(business), 'accepted, it stands in the public column');
  const clerk = await unit('clerk', 'complete');
  const day = (await clerk.locator('main tr', { hasText: '登记事项办结' }).locator('td').first().textContent()).trim();
  await unit('clerk', 'fulfil', { document: '示例核查〔2026〕901号', on: day });
  expect((await column()).includes('全部履行'), 'the public column says what was found');
  await person.goto(own);
  const mine = await person.textContent('main');
  expect(mine.includes('全部履行'), 'the firm reads it');
  expect(!(await person.locator('form[action$="/withdraw"]').count()), 'it is past taking back');
  return { number };
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
  const kit = { base, context, signIn, axeCheck, expect, askToAct };
  const repairs = { granted: (given) => granted(kit, given), refused: (given) => refused(kit, given) };
  answer = await { journey, gone, keyboard, provider, filing, month, changed, pages, shots, agent, check, objection, commitment, ...repairs }[task](rest);
} catch (error) {
  problems.push(String(error.stack ?? error));
}
expect(foreign.length === 0, `requests to other hosts: ${foreign.slice(0, 5).join(' ')}`);
await browser.close();
console.log(JSON.stringify({ ...answer, problems }));
process.exit(problems.length ? 1 : 0);
