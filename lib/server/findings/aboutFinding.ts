import { number, text } from '../../format/format.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { Finding } from '../../model/finding.ts'
import type { AboutFinding } from '../../model/notice.ts'
import type { Proposal } from '../../model/proposal.ts'
import { incidentTitleOf } from '../incidents/incidents.ts'
import { proposalsFor } from '../proposals/proposals.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS } from '../series/figures.ts'

/** What a notice says of a finding besides its summary: the first cause of its incident, what it costs now, and what would mend it, in a line each. */
export function aboutFinding(runtime: Runtime, finding: Finding): AboutFinding {
  const detector = runtime.detectors.find(({ id }) => id === finding.rule)
  const cost = detector?.price?.(finding, runtime.engine.window(FIGURE_SPAN_MS))
  const proposal = proposalsFor(runtime, finding.id).find(({ state }) => state === 'open')
  const cause = incidentTitleOf(runtime, finding)
  return {
    ...(cause && { cause }),
    ...(cost && { consequence: `${number(cost.value)} ${cost.what}` }),
    ...(proposal && { proposal: proposalLine(proposal) }),
  }
}

/** `config/maxmemory of cache-a from 1gb to 2gb; hit ratio 81 % to 90 % predicted`. */
export function proposalLine({ steps, prediction }: Pick<Proposal, 'steps' | 'prediction'>): string {
  const [{ setting, before, after } = { setting: { target: '', name: '' }, before: '', after: '' }, ...rest] = steps
  const first = `${setting.name} of ${setting.target} from ${before} to ${after}${rest.length > 0 ? `, and ${rest.length} more` : ''}`
  if (!prediction) return first
  const { metric, before: now, after: then, unit } = prediction
  return `${first}; ${metricOf(metric).words} ${text(now, unit)} to ${text(then, unit)} predicted`
}
