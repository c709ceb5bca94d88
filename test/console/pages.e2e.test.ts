import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planSession } from '../../src/clinics/acts.ts';
import { openMail } from '../../src/notices/channels/email.ts';
import { type Mailbox, openMailbox } from '../../src/notices/mailbox.ts';
import { at } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { launched } from '../campaigns/drive.ts';
import { smallCounty } from '../fixtures/county.ts';
import { PASSWORD, type TestApi, testApi } from '../setup/api.ts';
import { doorsOf, pressure, send, stop } from '../visits/stop.ts';

let api: TestApi;
let mailbox: Mailbox;
let browser: Browser;
let page: Page;
let referral: string;
let clinic: string;
const complaints: string[] = [];

beforeAll(async () => {
  api = await testApi(
    async (db) => {
      const county = await smallCounty(db);
      await launched(db, county);
      const village = county.villages[0];
      const doors = doorsOf(village);
      const evening = at('2018-01-29', '20:50');
      const visit = stop(village, evening, [pressure(doors.old.id, 186, 104)], { householdId: doors.first.id });
      referral = String((await send(db, village.doctor, visit, evening)).records[0]?.judgement?.referralId);
      const planner = { kind: 'account' as const, countyCode: county.countyCode, accountId: county.planner };
      clinic = await db.tx(planner, evening, (tx) =>
        planSession(
          tx,
          planner,
          { areaCode: county.towns[0].code, heldOn: '2018-02-07', fromTime: '09:00', toTime: '11:30', place: '卫生院' },
          evening,
        ),
      );
      await setStory(db, at('2018-01-30', '08:00'), Date.now());
    },
    { STORY: 'on' },
  );
  mailbox = await openMailbox(api.db);
  const mail = openMail(mailbox.url);
  await mail.sendMail({
    to: 'v1.doctor@doorstep.example',
    from: 'doorstep@doorstep.example',
    subject: '今日到期3件',
    text: '【今天到期】3件',
  });
  await mail.sendMail({
    to: 'v2.cadre@doorstep.example',
    from: 'doorstep@doorstep.example',
    subject: '今日到期5件',
    text: '【今天到期】5件',
  });
  mail.close();
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args,
    headless: true,
  });
  page = await browser.newPage({ viewport: { width: 1366, height: 900 }, locale: 'zh-CN' });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
});
afterAll(async () => {
  await browser?.close();
  await mailbox?.close();
  await api?.close();
});

const text = (selector: string) => page.locator(selector).innerText();
/** Pixels by which the widest thing passes the window's edge. Asked of the browser's layout, since the pages allow no eval. */
const overflow = async () => {
  const box = await page
    .locator('html')
    .evaluate((html: { scrollWidth: number; clientWidth: number }) => [html.scrollWidth, html.clientWidth]);
  return (box[0] ?? 0) - (box[1] ?? 0);
};

describe('the pages', () => {
  it('let nobody in with a wrong password, and say so in words', async () => {
    await page.goto(api.base);
    await page.fill('[name=login]', 'planner');
    await page.fill('[name=password]', 'wrong');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.problem');
    expect(await text('.problem')).toContain('登录名或密码不对');
    complaints.length = 0; // the browser reports the 401 itself
  });

  it('tell a planner in one sentence where the drive stands', async () => {
    await page.fill('[name=password]', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.answer h1');
    expect(await text('.answer h1')).toContain('第61天（共90天），已访0户（应访12户）');
    expect(await text('.lost')).toBe('通知1月9日才发出：39天（26个工作日）已过；没有倒填');
    expect(await page.locator('.goals .not_surveyed .value').first().innerText()).toBe('未测');
    expect(await page.locator('.towns tbody tr').count()).toBe(2);
    expect(await page.locator('.chart svg .band.days_lost').count()).toBe(1);
    expect(await page.locator('.columns dt').allInnerTexts()).toEqual([
      '已核实',
      '未抽查',
      '查否',
      '其中补录',
      '启动前已访（单列）',
    ]);
    expect(await page.locator('.goals .not_measured .note').first().innerText()).toContain('健康档案系统尚未接入');
  });

  it('open a count of late tasks to the tasks themselves', async () => {
    const count = page.locator('.count').last();
    const tasks = Number((await count.innerText()).replaceAll(',', ''));
    expect(tasks).toBeGreaterThan(0);
    await count.click();
    await page.waitForSelector('.list tbody tr');
    expect(await page.locator('.list tbody tr').count()).toBe(Math.min(tasks, 20));
    expect(await page.locator('.list tbody th').allInnerTexts()).toContainEqual(
      expect.stringMatching(/^(青塘|石桥)镇 .+村\s*户号 [\d-]+$/),
    );
    expect(await page.locator('.list tbody td').last().innerText()).toMatch(/过期\d+天 · \d级/);
  });

  it('move the story on by a day', async () => {
    await page.click('.story button');
    await page.locator('.answer h1', { hasText: '第62天' }).waitFor();
    expect(await text('.story span:first-child')).toContain('1月31日');
    expect(await text('.settling')).toBe('后台正在推进…');
    await page.locator('.settling:empty').waitFor({ state: 'attached' }); // two looks in a row agree
  });

  it('show every mail, the newest first, and find those of one recipient', async () => {
    await page.click('nav a[href="#/mailbox"]');
    await page.waitForSelector('.mails li');
    expect(await page.locator('.mails b').allInnerTexts()).toEqual(['今日到期5件', '今日到期3件']);
    await page.fill('[name=to]', 'v1.doctor');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.mails b').allInnerTexts()).toEqual(['今日到期3件']);
    await page.click('.mails li a');
    await page.waitForSelector('.mail pre');
    expect(await text('.mail pre')).toContain('【今天到期】3件');
  });

  it('speak English as completely, and keep to a phone’s width', async () => {
    await page.click('.who button[lang=en]');
    await page.click('nav a[href="#/overview"]');
    await page.locator('.answer h1', { hasText: 'Day 62 of 90' }).waitFor();
    for (const width of [1366, 390]) {
      await page.setViewportSize({ width, height: 844 });
      expect([width, await overflow()]).toEqual([width, 0]);
    }
    expect(await text('main')).not.toMatch(/overview\.|goals\.|late\.|undefined|NaN/);
  });

  it('open a clinic and a referral from a mail’s link, and take the referral to its outcome', async () => {
    await page.goto(`${api.base}/#/clinics/${clinic}`);
    await page.locator('main h1', { hasText: 'Clinic in' }).waitFor();
    expect(await text('.facts')).toContain('09:00–11:30');
    expect(await overflow()).toBe(0);
    await page.goto(`${api.base}/#/referrals/${referral}`);
    await page.locator('.empty').waitFor();
    expect(await text('.empty')).toContain('Referrals are for medical teams');
    await page.click('.who button:last-child');
    await page.fill('[name=login]', 'town1.supervisor');
    await page.fill('[name=password]', PASSWORD);
    await page.keyboard.press('Enter');
    for (const [act, done] of [
      ['I take it in hand', 'In hand'],
      ['Has set out', 'Set out'],
      ['Has arrived', 'Arrived'],
      ['Record the outcome', 'Outcome'],
    ] as const) {
      if (done === 'Outcome') await page.fill('.next [name=note]', 'admitted');
      await page.click(`.acts button:text-is("${act}")`);
      await page.locator('.timeline .done', { hasText: done }).waitFor();
      expect(await overflow()).toBe(0);
    }
    expect(await text('main')).toContain('This referral has ended');
    expect(await page.locator('.acts button').count()).toBe(0);
  });

  it('say of an address that names no page that there is none', async () => {
    await page.goto(`${api.base}/#/nowhere`);
    await page.locator('main h1', { hasText: 'No such page' }).waitFor();
    await page.click('main a[href="#/overview"]');
    await page.waitForSelector('.answer h1');
  });

  it('leave nothing behind after signing out, and nothing in the console', async () => {
    await page.click('.who button:last-child');
    await page.waitForSelector('form.sign-in');
    expect(
      await page
        .context()
        .request.get(`${api.base}/api/v1/me`)
        .then((answer) => answer.status()),
    ).toBe(401);
    expect(complaints).toEqual([]);
  });
});
