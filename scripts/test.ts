import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuild } from './boot/build.mjs'
import { run } from './boot/child.mjs'
import { ensurePrograms, installLine } from './boot/programs.mjs'
import { Stop, say } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'
import { tooHeavy } from './pageWeight.ts'
import { failedFiles, merged, type Tally, tallyOf, type VitestReport } from './vitestReport.ts'

type Stage = { name: string; run(): Promise<Tally> }

const SERVERS = [
  'redis-server',
  'haproxy',
  'nginx',
  'memcached',
  'nutcracker',
  'prometheus',
  'prometheus-redis-exporter',
  'prometheus-haproxy-exporter',
  'victoria-metrics',
  'prometheus-alertmanager',
  'varnishd',
  'prometheus-varnish-exporter',
  'squid',
  'prometheus-squid-exporter',
  'traffic_server',
  'prometheus-trafficserver-exporter',
  'faketime',
  'postgres',
]
/** More files that fail are no missed deadline. */
const RETRIED_MOST = 3
const reports = join(root, '.stamps')
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

const types: Stage = {
  name: 'types',
  run() {
    // Next keeps types of the routes of its last build; those of a removed route would fail.
    rmSync(join(root, '.next', 'types'), { recursive: true, force: true })
    return whole('Types (tsc)', bin('tsc'), ['--noEmit'])
  },
}
const lint: Stage = { name: 'lint', run: () => whole('Lint and format (biome)', bin('biome'), ['check', '.']) }
const unused: Stage = { name: 'unused', run: () => whole('Unused files, exports and dependencies (knip)', bin('knip'), []) }
const unit: Stage = { name: 'unit', run: () => vitest('Unit tests', 'unit', ['unit', 'unit-rendered']) }
const slow: Stage = { name: 'slow', run: () => vitest('Slow unit tests: simulations, properties, damaged files', 'slow') }
const live: Stage = {
  name: 'live',
  async run() {
    const notes = await absent(SERVERS)
    return withNotes(await vitestLive('Live tests, against real servers', 'live', ['live', 'live-alone']), notes)
  },
}
const longTests: Stage = {
  name: 'long',
  async run() {
    const notes = await absent([...SERVERS, 'ansible-playbook'])
    return withNotes(await vitest('Long tests: kills, fuzz, full disks, stepping clocks', 'long'), notes)
  },
}
const build: Stage = {
  name: 'build',
  async run() {
    await ensureBuild()
    const heavy = tooHeavy(join(root, '.next'))
    return { passed: heavy.length === 0 ? 1 : 0, failed: heavy.length, skipped: 0, notes: heavy }
  },
}
const browser: Stage = {
  name: 'browser',
  async run() {
    if (!existsSync(join(root, 'e2e', 'playwright.config.ts'))) return { passed: 0, failed: 0, skipped: 0, notes: [] }
    const notes = await absent(['chromium'])
    if (notes.length > 0) return { passed: 0, failed: process.env.CI ? 1 : 0, skipped: 1, notes }
    return playwright()
  },
}

/** Without services: none waits for another. */
const QUICK = [types, lint, unused, unit]

/** `npm test` and `npm run check`: the quick stages side by side, then the others one after the other; the first that fails is the last. */
export async function main(args: string[]): Promise<number> {
  const { only, long } = parseArgs({ args, options: { only: { type: 'string' }, long: { type: 'boolean' } } }).values
  if (long) process.env.EVENKEEL_LONG = '1'
  const all = [types, lint, unused, unit, slow, build, live, browser, ...(long ? [longTests] : [])]
  const names = only?.split(',')
  const unknown = names?.find((name) => !all.some((stage) => stage.name === name))
  if (unknown) throw new Stop(`--only ${unknown}: allowed are ${all.map((stage) => stage.name).join(', ')}.`, 2)
  const stages = all.filter((stage) => names?.includes(stage.name) ?? true)
  const sum: Tally = { passed: 0, failed: 0, skipped: 0, notes: [] }
  const quick = stages.filter((stage) => QUICK.includes(stage))
  const left = [...(quick.length > 0 ? [quick] : []), ...stages.filter((stage) => !QUICK.includes(stage)).map((stage) => [stage])]
  while (left.length > 0 && sum.failed === 0) {
    for (const tally of await Promise.all(left[0]!.map(ran))) {
      sum.passed += tally.passed
      sum.failed += tally.failed
      sum.skipped += tally.skipped
      sum.notes.push(...tally.notes)
    }
    left.shift()
  }
  for (const note of sum.notes) say(note)
  if (left.length > 0) say(`stopped there; not run: ${left.flatMap((stages) => stages.map((stage) => stage.name)).join(', ')}`)
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`)
  return sum.failed === 0 ? 0 : 1
}

const ran = (stage: Stage): Promise<Tally> =>
  stage.run().catch((error: Error): Tally => ({ passed: 0, failed: 1, skipped: 0, notes: [error.message] }))

/** A tool that passes or fails as a whole. It says nothing while all is well: it runs beside the tests. */
async function whole(title: string, command: string, args: string[]): Promise<Tally> {
  const code = await run(title, command, args, { cwd: root, allowFail: true, quiet: true })
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, notes: [] }
}

type VitestRun = { report: VitestReport | null; code: number }

async function vitestRun(title: string, name: string, projects: string[], files: string[] = []): Promise<VitestRun> {
  const file = join(reports, `${name}.json`)
  const args = [
    'run',
    ...files,
    ...projects.flatMap((project) => ['--project', project]),
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const code = await reported(title, bin('vitest'), args, file)
  return { report: read(file) as VitestReport | null, code }
}

function tallied({ report, code }: VitestRun): Tally {
  const tally = report ? tallyOf(report) : { passed: 0, failed: 0, skipped: 0, notes: [] }
  // Errors outside of every test.
  return { ...tally, failed: tally.failed || (code === 0 ? 0 : 1) }
}

const vitest = async (title: string, name: string, projects = [name]) => tallied(await vitestRun(title, name, projects))

/** Retry of live tests by file, under CI: a machine that others use too may miss a deadline once, and a test goes on from what the one before it did. The summary says so. */
async function vitestLive(title: string, name: string, projects: string[]): Promise<Tally> {
  const first = await vitestRun(title, name, projects)
  const files = first.report ? failedFiles(first.report) : []
  if (!process.env.CI || !first.report || files.length === 0 || files.length > RETRIED_MOST) return tallied(first)
  const second = await vitestRun(`${title}: what failed, once more`, `${name}-again`, projects, files)
  if (!second.report) return tallied(first)
  const tally = tallied({ report: merged(first.report, second.report), code: second.code })
  const again = failedFiles(second.report)
  const notes = files.filter((file) => !again.includes(file)).map((file) => `passed at the second try only: ${relative(root, file)}`)
  return { ...tally, notes }
}

async function playwright(): Promise<Tally> {
  const file = join(reports, 'browser.json')
  const args = ['test', '--config', join(root, 'e2e', 'playwright.config.ts'), '--reporter=list,json']
  const code = await reported('Browser tests', bin('playwright'), args, file, { PLAYWRIGHT_JSON_OUTPUT_NAME: file })
  const report = read(file) as { stats: { expected: number; unexpected: number; skipped: number; flaky: number } } | null
  if (!report) return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0, notes: [] }
  const failed = report.stats.unexpected || (code === 0 ? 0 : 1)
  const { expected, flaky, skipped } = report.stats
  const notes = flaky > 0 ? [`${flaky} of the browser tests passed at the second try only`] : []
  return { passed: expected + flaky, failed, skipped, notes }
}

async function reported(title: string, command: string, args: string[], file: string, env: Record<string, string> = {}): Promise<number> {
  mkdirSync(reports, { recursive: true })
  rmSync(file, { force: true })
  return run(title, command, args, { cwd: root, env, allowFail: true }) as Promise<number>
}

function read(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

/** Servers that are missing here, as a sentence that says how to install them. */
async function absent(programs: string[]): Promise<string[]> {
  const still = await ensurePrograms(programs)
  return still.map((program) => `${program} is missing: what needs it was skipped; ${installLine([program])}`)
}

/** Under CI a missing server is a failure, not a skip. */
function withNotes(tally: Tally, notes: string[]): Tally {
  return { ...tally, failed: tally.failed + (process.env.CI ? notes.length : 0), notes: [...tally.notes, ...notes] }
}
