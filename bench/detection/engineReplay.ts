import { detectors } from '../../lib/detectors/registry.ts'
import { createBus } from '../../lib/engine/bus.ts'
import type { Clock } from '../../lib/engine/clock.ts'
import { createEngine } from '../../lib/engine/engine.ts'
import type { PolledFleet } from '../../lib/engine/fleet.ts'
import type { DetectorSettings } from '../../lib/model/detector.ts'
import type { Reading, Series } from '../../lib/model/series.ts'
import { createStore } from '../../lib/store/store.ts'
import { FROM } from '../../test/series.ts'
import type { Alarm, Recording } from './recording.ts'

/**
 * Replays a recording through the engine as it runs in production: its store, all rules with their `for`, and the states of findings. Only
 * the polls are replaced by what was recorded, and the clock by that of the recording.
 */
export async function engineAlarms(
  recording: Recording,
  rules: Record<string, { settings?: DetectorSettings }> = {},
  only: (rule: string) => boolean = () => true,
): Promise<Alarm[]> {
  let second = 0
  let aheadMs = 0
  const now = () => FROM + second * 1000 + aheadMs
  const clock: Clock = { now, monotonic: () => second * 1000, setTimer: () => () => {}, random: () => 0.5 }
  const store = createStore({ path: ':memory:', now })
  const failures: unknown[] = []
  const bus = createBus((error) => failures.push(error))
  const alarms: Alarm[] = []
  const told = new Map<string, 'note' | 'alarm'>()
  bus.on((event) => {
    if (event.type !== 'finding' || event.finding.state !== 'firing') return
    const { id, rule, severity } = event.finding
    const kind = severity === 'info' ? 'note' : 'alarm'
    if (told.get(id) === 'alarm' || told.get(id) === kind) return
    told.set(id, kind)
    alarms.push({ rule, at: second, note: kind === 'note' })
  })
  const steps = [...(recording.clockSteps ?? [])]
  const engine = createEngine({
    fleet: recordedFleet(
      () => recording.topology(second),
      () => store.window(now() - 1, now()),
    ),
    rules,
    detectors: detectors.filter(({ id }) => only(id)),
    advisors: [],
    store,
    bus,
    describe: () => ({ commands: [] }),
    clock,
    checkClock() {
      if (!steps[0] || steps[0].at > second) return null
      const { byMs } = steps.shift()!
      aheadMs += byMs
      return { at: now(), byMs }
    },
    log: { info() {}, warn() {}, error: (fields: object) => void failures.push(fields) },
  })
  const feed = feeder(recording.series)
  const records = [...(recording.records ?? [])]
  for (second = 0; second <= recording.seconds; second++) {
    // As in production: a step is noticed before the poll that follows it.
    engine.noticeClock()
    feed(FROM + second * 1000, (target, at, readings, stepMs) => store.append(target, at + aheadMs, readings, stepMs))
    while (records[0] && records[0].at <= second) {
      const { target, records: fresh } = records.shift()!
      store.putRecords(target, fresh)
    }
    await engine.tick()
  }
  store.close()
  if (failures.length > 0) throw new AggregateError(failures, `${recording.name}: ${JSON.stringify(failures[0])}`)
  return alarms
}

/** A fleet whose topology is given and that polls nothing. */
function recordedFleet(topology: PolledFleet['topology'], window: () => ReturnType<PolledFleet['window']>): PolledFleet {
  return {
    start() {},
    stop: async () => {},
    topology,
    window,
    targets: () => [],
    target: () => null,
    listed: () => [],
    states: () => topology().targets.map(({ name, state }) => ({ name, state, discovers: false })),
    targetConfig: () => null,
    configure: async () => {},
    pollNow: async () => {},
    stepClock() {},
    owns: () => true,
    leaseOf: (name) => name,
    deal() {},
    polled: () => [],
    learn() {},
    learnPart() {},
  }
}

type Append = (target: string, at: number, readings: Reading[], stepMs: number) => void

/** Hands out what was read up to a moment, a poll of a target at a time. */
function feeder(series: readonly Series[]): (until: number, append: Append) => void {
  const next = series.map(() => 0)
  return (until, append) => {
    const polls = new Map<string, { target: string; at: number; stepMs: number; readings: Reading[] }>()
    series.forEach(({ metric, labels: { target, ...labels }, stepMs, points }, i) => {
      for (let point = points[next[i]!]; point && point[0] <= until; point = points[++next[i]!]) {
        const [at, value] = point
        const key = `${target} ${at}`
        let poll = polls.get(key)
        if (!poll) {
          poll = { target: target!, at, stepMs, readings: [] }
          polls.set(key, poll)
        }
        poll.readings.push({ metric, labels, value })
      }
    })
    for (const { target, at, readings, stepMs } of [...polls.values()].sort((a, b) => a.at - b.at)) append(target, at, readings, stepMs)
  }
}
