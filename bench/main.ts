// bench/main.ts: `npm run bench`: the product beside the bare rows it writes, in one run on one durable PostgreSQL. Writes nothing.
import os from 'node:os';
import { hashPassword } from '../src/access/passwords.ts';
import { fillCounty, PEOPLE, readyCampaign, settle, VILLAGES } from './county.ts';
import { type Executions, measureExecutions, settled } from './executions.ts';
import { openGround } from './ground.ts';
import { benchLaunch } from './launch.ts';
import { startLive } from './live.ts';
import { type Rounds, ratioOfMedians, ratios, spread } from './measure.ts';
import { DAWN, fillPeak, LATE, MORNING, OPEN } from './peak.ts';
import { count, type Line, ms, printTable, times } from './report.ts';
import { benchSweep } from './sweep.ts';
import { benchVisit } from './visit.ts';

const BOUNDS = { launch: 1.2, sweep: 1.5, visit: 3.5, executions: 400, memory: 700 } as const; // memory: MiB
const PASSWORD = 'a password of the bench';
const PARTS = 6; // of the visits, whose medians are the range
const DAYS = 51; // from the launch to the window's end: an agenda's run begins anew each day and wakes at least once

const began = performance.now();
const step = (what: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}`);

/** The ratio of each round, its median held against the bound. */
function inRounds(what: string, rounds: Rounds, bound: number): Line {
  const ratio = spread(ratios(rounds));
  return { what, ...medians(rounds), figure: times(ratio), bound: `≤ ${bound}`, holds: ratio.median <= bound };
}

const medians = (rounds: Rounds) => ({
  product: ms(spread(rounds.product).median),
  bare: ms(spread(rounds.bare).median),
});

function executionLines({ expected, running, begin, wake, perVisit }: Executions): Line[] {
  const fewer = OPEN / expected;
  const ours = expected * DAYS * (begin + wake);
  const theirs = OPEN * perVisit;
  return [
    {
      what: 'open executions',
      product: `${count(expected)} (Temporal: ${count(running)})`,
      bare: count(OPEN),
      figure: `${fewer.toFixed(0)} times fewer`,
      bound: `≥ ${BOUNDS.executions}`,
      holds: fewer >= BOUNDS.executions,
    },
    {
      what: 'history events, scaled',
      product: count(ours),
      bare: count(theirs),
      figure: `${(theirs / ours).toFixed(1)} times fewer`,
      bound: '–',
      holds: true,
    },
  ];
}

async function run(): Promise<Line[]> {
  step(`PostgreSQL, ${PEOPLE.toLocaleString('en')} people in ${VILLAGES} villages`);
  const ground = await openGround('county');
  try {
    await fillCounty(ground.urlOf('county'), await hashPassword(PASSWORD));
    await settle(ground.urlOf('county'));
    const campaign = await readyCampaign(ground.urlOf('county'));
    step('launch');
    const launches = await benchLaunch(ground, 'county', 'peak', campaign);
    step(`peak: ${count(OPEN)} open, ${count(LATE)} late`);
    await fillPeak(ground.urlOf('peak'), campaign);
    step('sweep');
    const sweeps = await benchSweep(ground, 'peak');
    step('Temporal, API, worker');
    const live = await startLive(await ground.clone('peak', 'live'), ground.dir, DAWN);
    try {
      await settled(live, DAWN);
      step('visit');
      const visits = await benchVisit(live.base, ground.urlOf('live'), PASSWORD, DAWN);
      const afterVisits = live.memory();
      step('executions');
      const executions = await measureExecutions(live, DAWN, MORNING);
      const afterAll = live.memory();
      const peak = afterAll.api.peak + afterAll.worker.peak;
      const visit = ratioOfMedians(visits, PARTS);
      return [
        inRounds(`launch, ${count(PEOPLE)} tasks`, launches, BOUNDS.launch),
        inRounds(`sweep, ${VILLAGES} villages`, sweeps, BOUNDS.sweep),
        {
          what: 'visit over HTTP',
          ...medians(visits),
          figure: times(visit),
          bound: `≤ ${BOUNDS.visit}`,
          holds: visit.median <= BOUNDS.visit,
        },
        ...executionLines(executions),
        {
          what: 'API and worker, resident',
          product: `${count(afterVisits.api.now)} + ${count(afterVisits.worker.now)} MiB after the visits`,
          bare: '–',
          figure: `${count(afterAll.api.peak)} + ${count(afterAll.worker.peak)} MiB at most`,
          bound: `≤ ${BOUNDS.memory}`,
          holds: !(peak > BOUNDS.memory), // not measured where there is no /proc
        },
      ];
    } finally {
      await live.stop();
    }
  } finally {
    await ground.remove();
  }
}

const lines = await run();
step(`done, on ${os.availableParallelism()} cores\n`);
printTable(lines);
console.log(`
Ratios: product / bare, the median of the rounds with the least and the most of them (visits: of ${PARTS} parts).
Open executions: what the facts call for, against one for each of ${count(OPEN)} open tasks. History events are scaled from a sample:
20 agendas through a start and two wakings, once begun and once woken on each of ${DAYS} days, for every execution; 200 workflows of one visit
with one timer and one rung, from start to end.`);
if (lines.some(({ holds }) => !holds)) process.exitCode = 1;
