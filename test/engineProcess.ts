import { createChanges } from '../lib/changes/changes.ts'
import { createBus } from '../lib/engine/bus.ts'
import { clockOf, createSteadyClock } from '../lib/engine/clock.ts'
import { createEngine } from '../lib/engine/engine.ts'
import { createFleet } from '../lib/engine/fleet.ts'
import type { ClockStep } from '../lib/model/clock.ts'
import type { JobVerb } from '../lib/model/job.ts'
import type { TargetConfig } from '../lib/model/product.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import { products } from '../lib/products/sources.ts'
import { createStore } from '../lib/store/store.ts'

/**
 * A process that may be killed: store, engine and changes on the targets of its argument, without rules, page or API.
 * Takes one JSON line a request on stdin, `{id, verb, …}`, and answers with one line `{id, answer | error}`.
 */
type Options = {
  data: string
  targets: TargetConfig[]
  watch: Record<string, number>
  everyMs: number
  tell: boolean
  mode: 'observe' | 'tune'
}
type Request = {
  id: number
  verb: string
  proposal?: Proposal
  change?: string
  since?: number
  job?: string
  steer?: JobVerb
  steps?: []
  target?: string
  metric?: string
  pool?: string
}

const options = JSON.parse(process.argv[2]!) as Options
const log = { info() {}, warn() {}, error: (fields: object, text: string) => console.error(text, fields) }
const clock = createSteadyClock()
const { now, monotonic } = clock
const store = createStore({ path: options.data, now })
const bus = createBus((error) => console.error(error))
const steps: ClockStep[] = []
bus.on((event) => {
  if (event.type === 'clock') steps.push(event.step)
  // Written at once, so that the test can kill the process at this moment.
  if (event.type === 'change' && options.tell)
    console.log(JSON.stringify({ entry: { ...event.change, journal: event.change.journal.slice(-1) } }))
})
const fleet = createFleet({
  targets: options.targets.map((given) => {
    const product = products.find((one) => one.kind === given.kind)!
    // With the defaults that a configuration file gives it; some tests give what was parsed already.
    return { config: product.config.safeParse(given).data ?? given, product }
  }),
  edges: [],
  poll: { everyMs: options.everyMs, timeoutMs: 900 },
  store,
  bus,
  clock: clockOf({ now, monotonic }),
  log,
})
const changes = createChanges({
  store,
  fleet,
  mode: () => options.mode,
  bus,
  now,
  log,
  settings: options.watch,
})
const engine = createEngine({
  fleet,
  rules: {},
  detectors: [],
  advisors: [],
  store,
  bus,
  describe: changes.describe,
  inFlight: changes.inFlight,
  clock: clockOf({ now, monotonic }),
  checkClock: clock.check,
  log,
})
engine.noticeClock()
engine.onTick(() => changes.tick())
await changes.recover()
engine.start()

async function answer(request: Request): Promise<unknown> {
  switch (request.verb) {
    case 'state':
      return engine.targets().map((target) => ({ name: target.name, state: target.state, error: target.error }))
    case 'apply':
      store.proposals.put(request.proposal!)
      return changes.apply(request.proposal!.id, 'ann')
    case 'applyToGroup':
      store.proposals.put(request.proposal!)
      return changes.applyToGroup(request.proposal!.id, 'ann')
    case 'courses':
      return changes.courses()
    case 'create':
      return changes.create({ steps: request.steps!, because: 'a test' }, 'ann')
    case 'rollBack':
      return changes.rollBack(request.change!, 'ann')
    case 'keep':
      return changes.keep(request.change!, 'ann')
    case 'failing':
      return store.failing()
    case 'change':
      return store.changes.get(request.change!)
    case 'changes':
      return store.changes.list(({ at }) => at >= (request.since ?? 0))
    case 'job':
      return store.jobs.get(request.job!)
    case 'steer':
      return changes.steerJob(request.job!, request.steer!, 'ann')
    case 'clock':
      return { at: Date.now(), steps: steps.map(({ byMs }) => byMs), tickedAt: engine.tickedAt(), newestAt: store.newestAt() }
    case 'series':
      // By the wall clock's dates, as the API does.
      return store.query({ metric: request.metric!, labels: {}, from: Date.now() - 15_000, to: Date.now() })[0]?.points ?? []
    case 'pools':
      return engine.topology().pools
    default:
      throw new Error(`no verb ${request.verb}`)
  }
}

let rest = ''
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk.toString('utf8')).split('\n')
  rest = lines.pop()!
  for (const line of lines) {
    const request = JSON.parse(line) as Request
    answer(request).then(
      (result) => console.log(JSON.stringify({ id: request.id, answer: result ?? null })),
      (error: { code?: string; message?: string }) =>
        console.log(JSON.stringify({ id: request.id, error: { code: error.code, message: error.message } })),
    )
  }
})
process.stdin.on('end', () => process.exit(0))
console.log(JSON.stringify({ id: 0, answer: 'ready' }))
