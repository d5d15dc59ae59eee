// Two journeys of repair in the browser: a firm's agent asks for two records at once and both are granted, each on its own way; somebody
// comes to the window with paper and is refused. What the pages need is handed in by browser.mjs.

// The step form of a record's repair, sent by whoever is signed in; gives what the page says afterwards.
async function step(page, event, { reason = '', document = '', decided = '', ground = '', way = '', objection = '' } = {}) {
  await page.selectOption('select[name=event]', event);
  // Only who may refuse sees these.
  for (const [name, said] of [['way_on', way], ['objection', objection]]) {
    const field = page.locator(`textarea[name=${name}]`);
    if (await field.count()) await field.fill(said);
  }
  if (ground) await page.selectOption('select[name=ground]', ground);
  await page.fill('textarea[name=reason]', reason);
  await page.fill('input[name=document]', document);
  await page.fill('input[name=decided_on]', decided);
  await page.click('form[action$="/step"] button[type=submit]');
  return page.textContent('main');
}

// Somebody asks to act for the firm, and the office confirms. Gives the page of whoever is signed in then.
async function agentOf({ base, context, signIn, askToAct }, code, firm, identity) {
  const person = await (await context()).newPage();
  await person.goto(`${base}/my/sign-up`);
  await askToAct(person, code, firm, identity);
  await person.fill('input[name=login]', 'zhao.liu');
  for (const field of ['password', 'repeat_password']) await person.fill(`input[name=${field}]`, 'kettle-harbour-9');
  await person.setInputFiles('input[name=file]', scan('授权书.pdf'));
  await person.click('main form button[type=submit]');
  await person.waitForURL((url) => url.pathname === '/my');
  const office = await (await context()).newPage();
  await signIn(office, 'office');
  await office.goto(`${base}/console/agents`);
  await office.locator('main a[href*="/console/agents/"]', { hasText: firm }).first().click();
  await office.click('form[action$="/confirm"] button');
  await office.waitForURL((url) => url.search.includes('done=confirmed'));
  return { person, office };
}

function scan(name) {
  return { name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 example') };
}

// Everywhere where everybody could come upon a record, whose decision is of the day.
function places(base, code, number, day) {
  const penalties = 'administrative-penalty';
  return [
    `${base}/subjects/${code}`,
    `${base}/subjects/${code}/${penalties}`,
    `${base}/subjects/${code}/records.csv`,
    `${base}/subjects/${code}/records.json`,
    `${base}/records/${penalties}?q=${encodeURIComponent(number)}`,
    `${base}/api/v1/records/${penalties}?decided_from=${day}&decided_until=${day}`,
    `${base}/data/${penalties}/data.csv`,
    `${base}/data/${penalties}/data.json`,
  ];
}

async function found(page, base, code, number, day) {
  const where = [];
  for (const place of places(base, code, number, day)) {
    const answer = await page.request.get(place);
    // An address that is none would find nothing for ever.
    if (answer.status() !== 200) throw new Error(`${place} answers ${answer.status()}`);
    const text = await answer.text();
    // What was typed into the search box stands on the page in any case.
    if (text.replaceAll(`value="${number}"`, '').replaceAll(encodeURIComponent(number), '').replaceAll(`“${number}”`, '').includes(number)) where.push(place);
  }
  return where;
}

// A firm with one record of each of two units asks for both in one application; one unit decides itself, for the other a body above does.
export async function granted(kit, [code, firm, identity, own, above, report, ...days]) {
  const { base, context, signIn, axeCheck, expect } = kit;
  const { person, office } = await agentOf(kit, code, firm, identity);
  const visitor = await (await context()).newPage();
  const records = {};
  const decided = { [own]: days[0], [above]: days[1] };
  for (const number of [own, above]) {
    const where = await found(visitor, base, code, number, decided[number]);
    expect(where.length === places(base, code, number, '').length, `${number} is public everywhere before: ${where}`);
    await visitor.goto(`${base}/subjects/${code}`);
    const row = visitor.locator('main tr, main li', { hasText: number }).last();
    const link = row.locator('a[href*="/records/administrative-penalty/"]').first();
    records[number] = new URL(await link.getAttribute('href'), base).href;
    expect((await visitor.goto(records[number])).status() === 200, `${number} has its page`);
  }
  await visitor.goto(`${base}/reports?number=${report}`);
  const before = await visitor.textContent('main');

  const here = `${base}/my/firms/${code}/repair`;
  await person.goto(here);
  await axeCheck(person, 'what may be repaired');
  const boxes = person.locator('main input[type=checkbox][name^="record-"]');
  expect(await boxes.count() === 2, `two records may be chosen, not ${await boxes.count()}`);
  for (let one = 0; one < 2; one++) await boxes.nth(one).check();
  await person.fill('textarea[name=words]', '罚款已经缴清，标签已经更换（示例）');
  await person.setInputFiles('input[name=file]', scan('缴款凭证.pdf'));
  await person.click('main form[enctype] button[type=submit]');
  expect((await person.textContent('#error-summary')).includes('没有勾选承诺'), 'nothing without the commitment');
  await axeCheck(person, 'a refused application');
  await person.setInputFiles('input[name=file]', scan('缴款凭证.pdf'));
  await person.check('input[name=agreed]');
  await person.click('main form[enctype] button[type=submit]');
  await person.waitForURL((url) => url.search.includes('done=applied'));
  await axeCheck(person, 'applied for');
  const asked = person.locator(`main a[href*="/my/firms/${code}/repair/"]:not([href*="/records/"])`);
  expect(await asked.count() === 2, 'each record goes its own way');
  const links = await asked.evaluateAll((all) => all.map((a) => a.href));

  const people = {};
  for (const login of ['clerk', 'reviewer', 'clerk2', 'reviewer2']) {
    people[login] = await (await context()).newPage();
    await signIn(people[login], login);
  }
  const open = async (login, number) => {
    const page = people[login];
    await page.goto(`${base}/console/repairs`);
    await axeCheck(page, `${login}'s repairs`);
    await page.locator('main tbody tr', { hasText: number }).first().locator('a[href*="/console/repairs/"]').first().click();
    await axeCheck(page, `${login} ${number}`);
    return page;
  };
  // The unit that decides itself: one says what it thinks, another decides.
  let page = await open('clerk', own);
  expect((await page.textContent('main')).includes('国家企业信用信息公示系统'), 'where it was applied for');
  expect((await step(page, 'accept')).includes('已受理'), 'accepted');
  expect((await step(page, 'review')).includes('请写明核实的情况'), 'a review says something');
  await axeCheck(page, 'a refused step');
  expect((await step(page, 'review', { reason: '已缴清，建议准予（示例）' })).includes('认定单位已提出意见'), 'reviewed');
  expect(!(await page.locator('select[name=event] option[value=grant]').count()), 'a clerk decides nothing');
  expect((await found(visitor, base, code, own, decided[own])).length > 0, 'public until somebody decides');
  page = await open('reviewer', own);
  expect((await step(page, 'grant')).includes('请写明决定文书'), 'a decision has a document');
  expect((await step(page, 'grant', { document: '平市监信修〔2026〕1号' })).includes('准予修复'), 'granted');
  await axeCheck(page, 'granted');

  // The unit for which the national centre decides: reviewed by one, handed on, the answer written down by another.
  page = await open('clerk2', above);
  expect((await step(page, 'accept')).includes('已受理'), 'accepted');
  page = await open('reviewer2', above);
  expect((await step(page, 'review', { reason: '已整改，建议准予（示例）' })).includes('认定单位已提出意见'), 'reviewed');
  expect(!(await page.locator('select[name=event] option[value=grant]').count()), 'it is not theirs to decide');
  page = await open('clerk2', above);
  expect((await step(page, 'forward', { reason: '转国家公共信用信息中心（示例）' })).includes('已转决定单位'), 'handed on');
  page = await open('reviewer2', above);
  const document = '示例准予修复决定1号';
  expect((await step(page, 'grant', { document })).includes('由另一人办理'), 'not by whoever reviewed it');
  people.office = office;
  page = await open('office', above);
  expect((await step(page, 'grant', { document, decided: '2026-03-30' })).includes('准予修复'), 'granted');

  // Nobody can tell that there was anything.
  const never = await visitor.goto(`${base}/records/administrative-penalty/1/2`);
  const blank = (await visitor.content()).replaceAll('/records/administrative-penalty/1/2', '');
  expect(never.status() === 404, 'what never was is not found');
  for (const number of [own, above]) {
    const where = await found(visitor, base, code, number, decided[number]);
    expect(where.length === 0, `${number} is still found: ${where}`);
    const answer = await visitor.goto(records[number]);
    expect(answer.status() === 404, `${number} answers ${answer.status()}`);
    expect((await visitor.content()).replaceAll(new URL(records[number]).pathname, '') === blank, `${number} looks as what never was`);
  }
  await visitor.goto(`${base}/search?q=${code}`);
  expect((await visitor.textContent('main')).includes(firm), 'the firm itself is still found');
  await visitor.goto(`${base}/reports?number=${report}`);
  const after = await visitor.textContent('main');
  await axeCheck(visitor, 'an old report is verified');
  expect(before.includes('有效，公开的信息没有变化'), `the report stood before: ${before}`);
  expect(after.includes('此后公开的信息有变化') && !after.includes(own) && !after.includes(above) && !after.includes('修复'), `the report is superseded and nothing is said of why: ${after}`);

  // The other places answer; the applicant is told.
  for (const [login, number] of [['clerk', own], ['clerk2', above]]) {
    page = await open(login, number);
    for (let open = await page.locator('form[action$="/places"]').count(); open > 0; open--) {
      const form = page.locator('form[action$="/places"]').first();
      await form.locator('input[name=evidence]').fill('回执1号（示例）');
      await form.locator('button').click();
    }
    expect((await page.textContent('main')).includes('各处均已停止'), `${number} has reached everywhere`);
    await axeCheck(page, 'every place has answered');
    await page.fill('form[action$="/close"] textarea[name=reason]', '电话告知（示例）');
    await page.click('form[action$="/close"] button');
    await page.goto(`${base}/console/repairs?show=over`);
    expect((await page.textContent('main')).includes('修复完成'), `${number} is done`);
    await axeCheck(page, 'done');
  }
  await person.goto(here);
  await axeCheck(person, 'both are done');
  const told = await person.textContent('main');
  expect(told.split('修复完成').length === 3 && told.includes('今天没有可以申请修复的信息'), `the firm sees both done: ${told}`);
  for (const link of links) {
    await person.goto(link);
    expect((await person.textContent('main')).includes('准予修复'), 'the firm sees what happened');
    await axeCheck(person, 'one that is done');
  }
  return { records: Object.values(records).map((record) => new URL(record).pathname) };
}

// Somebody comes with paper; everything missing is said once; what is refused says why and what to do, and stays public until its day.
export async function refused(kit, [code, firm, identity, number, day]) {
  const { base, context, signIn, axeCheck, expect } = kit;
  const { person, office } = await agentOf(kit, code, firm, identity);
  const window = `${base}/console/repairs/window`;
  await office.goto(window);
  await axeCheck(office, 'the window');
  await office.fill('input[name=code]', '91140829XY0003999X');
  await office.click('form[method=get] button');
  expect((await office.textContent('main')).includes('没有这个代码的主体'), 'nobody by that code');
  await office.fill('input[name=code]', code);
  await office.click('form[method=get] button');
  await axeCheck(office, 'a firm at the window');
  const send = async (file) => {
    if (file) await office.setInputFiles('input[name=file]', file);
    await office.click('form[enctype] button[type=submit]');
    return office.textContent('main');
  };
  await office.locator('input[type=checkbox][name^="record-"]').first().check();
  expect((await send(scan('申请表.pdf'))).includes('请填写来办理的人的姓名'), 'somebody came');
  await axeCheck(office, 'a window refused');
  await office.fill('input[name=visitor]', '示例来人');
  await office.fill('input[name=telephone]', '0359-0000000');
  expect((await send()).includes('请上传申请表'), 'with paper');
  const locked = { name: '申请表.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 /Encrypt 5 0 R') };
  expect((await send(locked)).includes('设有密码'), 'that can be read');
  await send(scan('申请表、承诺书和凭证.pdf'));
  expect(new URL(office.url()).pathname === '/console/repairs', `entered: ${office.url()}`);
  const board = await office.textContent('main');
  expect(board.includes('各单位的办理') && board.includes('（暂定）'), `the board says that the calendar is not announced: ${board}`);
  await axeCheck(office, 'the board');

  const clerk = await (await context()).newPage();
  await signIn(clerk, 'clerk');
  await clerk.goto(`${base}/console`);
  expect((await clerk.textContent('main')).includes('（暂定）'), 'so does the first page of the unit');
  const open = async (page) => {
    await page.goto(`${base}/console/repairs`);
    await page.locator('main tbody tr', { hasText: number }).first().locator('a[href*="/console/repairs/"]').first().click();
    await axeCheck(page, `one from the window`);
  };
  await open(clerk);
  const shown = await clerk.textContent('main');
  expect(shown.includes('示例来人') && shown.includes('0359-0000000') && shown.includes('暂按周一至周五为工作日计算'), `who came, and a clock that may change: ${shown}`);
  expect(await clerk.locator('main a[href*="/files/"]').count() === 1, 'the scan is there');
  expect((await step(clerk, 'ask')).includes('请一次写明还缺的全部材料'), 'everything at once');
  const missing = '请补交缴款凭证、更换标签后的照片和销毁记录（示例）';
  expect((await step(clerk, 'ask', { reason: missing })).includes('待申请人补齐'), 'asked');
  expect(!(await clerk.locator('select[name=event]').count()), 'nobody asks twice');
  await open(office);
  expect((await office.textContent('main')).includes(missing), 'the window says what is missing');
  await office.fill('textarea[name=words]', '照片已补，没有销毁记录（示例）');
  await office.setInputFiles('input[name=file]', scan('照片.pdf'));
  await office.click('form[action$="/supply"] button');
  await open(clerk);
  expect(!(await clerk.locator('select[name=event] option[value=ask]').count()), 'there is no second time');
  await step(clerk, 'accept');
  await step(clerk, 'review', { reason: '没有销毁记录，建议不予修复（示例）' });
  const reviewer = await (await context()).newPage();
  await signIn(reviewer, 'reviewer');
  await open(reviewer);
  const paper = '平市监不予修复〔2026〕1号';
  const why = '依《信用修复管理办法》，没有纠正的证明（示例）';
  const [way, objection] = ['补齐销毁记录后可以重新申请（示例）', '不服的可以向本单位提出异议，或者申请行政复议（示例）'];
  const refusal = { reason: why, document: paper, ground: 'not-performed', way, objection };
  for (const [left, said] of [['reason', '理由'], ['ground', '请选择不予受理、不予修复的理由种类'], ['way', '请写明当事人现在可以怎么办'], ['objection', '请写明当事人不服可以怎样提出异议']]) {
    const told = await step(reviewer, 'refuse', { ...refusal, [left]: '' });
    expect(told.includes(said), `a refusal without ${left} says what is missing: ${told.slice(0, 300)}`);
    await open(reviewer);
  }
  expect((await step(reviewer, 'refuse', refusal)).includes('不予修复'), 'refused');
  await axeCheck(reviewer, 'refused');

  // The window and the firm read why, and what comes next.
  await office.goto(`${base}/console/repairs?show=over`);
  await office.locator('main tbody tr', { hasText: number }).first().locator('a[href*="/console/repairs/"]').first().click();
  for (const said of [why, way, objection, paper, missing]) expect((await office.textContent('main')).includes(said), `the window reads: ${said}`);
  await person.goto(`${base}/my/firms/${code}/repair`);
  await axeCheck(person, 'refused, seen by the firm');
  const list = await person.textContent('main');
  expect(list.includes('不予修复') && list.includes('提交申请'), 'the firm sees it, and may apply again');
  await person.locator(`main a[href*="/my/firms/${code}/repair/"]:not([href*="/records/"])`).first().click();
  for (const said of [why, way, objection, paper, missing]) expect((await person.textContent('main')).includes(said), `the firm reads: ${said}`);
  expect(!(await person.textContent('main')).includes('示例来人'), 'who came is nobody else\'s business');
  await axeCheck(person, 'one that was refused');
  const visitor = await (await context()).newPage();
  const where = await found(visitor, base, code, number, day);
  expect(where.length === places(base, code, number, day).length, `public all the same: ${where}`);
  await visitor.goto(`${base}/subjects/${code}`);
  const link = visitor.locator('main a[href*="/records/administrative-penalty/"]').first();
  return { record: new URL(await link.getAttribute('href'), base).pathname };
}
