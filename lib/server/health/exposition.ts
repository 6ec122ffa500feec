import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { changeInFlight } from '../../model/change.ts'
import { mode } from '../mode/mode.ts'
import type { Runtime } from '../runtime.ts'

const registries = new WeakMap<Runtime, Registry>()

/** Prometheus text: Evenkeel's own health, one `evenkeel_finding` exactly while each fires, one `evenkeel_target_up` a target. */
export async function exposition(runtime: Runtime): Promise<{ text: string; contentType: string }> {
  const registry = registries.get(runtime) ?? build(runtime)
  return { text: await registry.metrics(), contentType: registry.contentType }
}

function build(runtime: Runtime): Registry {
  const registry = new Registry()
  registries.set(runtime, registry)
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset()
        collect(this as unknown as Gauge)
      },
    })
  const targets = () => runtime.engine.targets()

  gauge('evenkeel_build_info', 'Always 1', ['version'], (one) => one.set({ version: runtime.version }, 1))
  gauge('evenkeel_tune', '1 in tune mode, 0 in observe mode', [], (one) => one.set(mode(runtime) === 'tune' ? 1 : 0))
  // Names of keys are not among the labels: they are without number.
  gauge('evenkeel_finding', 'A finding that fires', ['rule', 'severity', 'target', 'pool', 'server', 'ring', 'node'], (one) => {
    for (const { rule, severity, subject } of runtime.store.findings.list((finding) => finding.state === 'firing')) {
      const { target, pool, server, ring, node } = subject
      const labels = Object.fromEntries(
        Object.entries({ rule, severity, target, pool, server, ring, node }).filter(([, value]) => value !== undefined),
      )
      one.set(labels as Record<string, string>, 1)
    }
  })
  gauge('evenkeel_target_up', '1 while the target answers', ['target'], (one) => {
    for (const target of targets()) one.set({ target: target.name }, target.state === 'up' ? 1 : 0)
  })
  gauge(
    'evenkeel_left_out',
    'What a target has beyond the limits and is not read: servers, and series of its newest answer',
    ['target', 'what'],
    (one) => {
      for (const { name, left } of runtime.engine.topology().targets)
        if (left) one.set({ target: name, what: 'servers' }, left.servers.left)
      for (const [target, { series }] of runtime.store.refusedSeries()) one.set({ target, what: 'series' }, series)
    },
  )
  gauge('evenkeel_target_poll_seconds', 'How long the newest vital poll took', ['target'], (one) => {
    for (const target of targets()) if (target.pollMs !== null) one.set({ target: target.name }, target.pollMs / 1000)
  })
  gauge('evenkeel_target_failures', 'Consecutive failed polls', ['target'], (one) => {
    for (const target of targets()) one.set({ target: target.name }, target.failures)
  })
  gauge('evenkeel_tick_timestamp_seconds', 'When the engine last finished a tick', [], (one) => {
    const at = runtime.engine.tickedAt()
    if (at !== null) one.set(at / 1000)
  })
  gauge('evenkeel_store_failing', '1 while nothing reaches the disk of the data folder, or the database that holds the state', [], (one) =>
    one.set(runtime.store.failing() ? 1 : 0),
  )
  gauge('evenkeel_remote_write_samples', 'Samples for remote write since the start, by what became of them', ['fate'], (one) => {
    const { written, dropped, waiting } = runtime.outbound?.state() ?? {}
    for (const [fate, count] of Object.entries({ written, dropped, waiting })) if (count !== undefined) one.set({ fate }, count)
  })
  gauge('evenkeel_remote_write_failing', '1 while samples are not taken by the receiver of remote write', [], (one) => {
    if (runtime.outbound) one.set(runtime.outbound.state().failing === null ? 0 : 1)
  })
  gauge('evenkeel_proposals_open', 'Proposals that can be applied', [], (one) =>
    one.set(runtime.store.proposals.list((proposal) => proposal.state === 'open').length),
  )
  gauge('evenkeel_changes_in_flight', 'Changes being applied or watched', [], (one) =>
    one.set(runtime.store.changes.list((change) => changeInFlight(change.state)).length),
  )
  gauge('evenkeel_deliveries', 'Notices by state', ['state'], (one) => {
    const all = runtime.store.deliveries.list()
    for (const state of ['queued', 'delivered', 'failed']) one.set({ state }, all.filter((delivery) => delivery.state === state).length)
  })
  gauge('evenkeel_heartbeat_failing', '1 while the heartbeat is not taken, or not sent', [], (one) => {
    const state = runtime.heartbeat?.state()
    if (state) one.set(state.failing || state.paused ? 1 : 0)
  })
  gauge('evenkeel_grafana_failing', '1 while Grafana takes no annotations', [], (one) => {
    const state = runtime.annotationPush?.state()
    if (state) one.set(state.failing ? 1 : 0)
  })
  gauge('evenkeel_clock_step_seconds', 'By how much the clock was last set within the hour, below 0: back; 0: it was not', [], (one) =>
    one.set((runtime.clock.newest()?.byMs ?? 0) / 1_000),
  )
  gauge('evenkeel_audit_entries', 'Entries of the audit log', [], (one) => one.set(runtime.store.audit.head().seq))
  gauge('evenkeel_audit_unsaved', 'Entries of the audit log that the disk has not taken', [], (one) =>
    one.set(runtime.store.audit.unsaved().entries),
  )
  gauge('evenkeel_event_readers', 'Open streams of events', [], (one) => one.set(runtime.stream.readers()))
  return registry
}
