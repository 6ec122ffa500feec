import { mapped, type Pause } from '../../engine/slices.ts'
import { measure } from '../../metrics/measure.ts'
import { metricOf } from '../../metrics/registry.ts'
import { chartThreshold } from '../../metrics/threshold.ts'
import type { TopFindingView } from '../../model/answers/overview.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { findingView } from '../findings/findings.ts'
import { iso } from '../http/iso.ts'
import { proposalsFor, proposalView } from '../proposals/proposals.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS } from '../series/figures.ts'
import { silencedBy } from '../silences/silences.ts'

const SHOWN = 12
const SPARKS = 5
const SPARK_MS = 600_000
const SPARK_STEPS = 60
const SEVERITY_ORDER = { critical: 2, warning: 1, info: 0 }

/** Firing findings that need a person, the most costly first. */
export async function topFindings(runtime: Runtime, pause: Pause): Promise<{ needs: number; list: TopFindingView[] }> {
  const firing = runtime.store.findings.list(
    (finding) => finding.state === 'firing' && finding.severity !== 'info' && silencedBy(runtime, finding, runtime.now()).length === 0,
  )
  const window = runtime.engine.window(FIGURE_SPAN_MS)
  const priceOf = (finding: Finding) => runtime.detectors.find(({ id }) => id === finding.rule)?.price?.(finding, window) ?? null
  const priced = await mapped(firing, (finding) => ({ finding, cost: priceOf(finding) }), pause)
  priced.sort(
    (a, b) =>
      SEVERITY_ORDER[b.finding.severity] - SEVERITY_ORDER[a.finding.severity] ||
      (b.cost?.value ?? 0) - (a.cost?.value ?? 0) ||
      a.finding.since - b.finding.since ||
      (a.finding.id < b.finding.id ? -1 : 1),
  )
  const topology = runtime.engine.topology()
  const long = runtime.engine.window(SPARK_MS)
  const view = ([index, { finding, cost }]: [number, (typeof priced)[number]]): TopFindingView => {
    const proposal = proposalsFor(runtime, finding.id).find(({ state }) => state === 'open')
    return {
      finding: findingView(runtime, finding),
      cost,
      spark: index < SPARKS && finding.evidence[0] ? sparkOf(finding.evidence[0], long) : null,
      proposal: proposal ? proposalView(runtime, proposal, topology) : null,
    }
  }
  return { needs: firing.length, list: await mapped(priced.slice(0, SHOWN).entries(), view, pause) }
}

/** Ten minutes of the first evidence's metric, in the metric's unit. */
function sparkOf(evidence: Evidence, window: SeriesWindow): TopFindingView['spark'] {
  const stepMs = SPARK_MS / SPARK_STEPS
  const points = Array.from({ length: SPARK_STEPS }, (_, index) => {
    const from = window.to - SPARK_MS + index * stepMs
    const measured = measure(evidence.metric, evidence.where, window.between(from, from + stepMs))
    return measured.is === 'measured' ? measured.value : null
  })
  if (points.every((point) => point === null)) return null
  const threshold = chartThreshold(evidence)
  return {
    metric: evidence.metric,
    where: evidence.where,
    points,
    from: iso(window.to - SPARK_MS),
    stepMs,
    ...(threshold === undefined ? {} : { threshold }),
    unit: metricOf(evidence.metric).unit,
  }
}
