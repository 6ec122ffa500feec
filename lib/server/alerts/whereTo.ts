import { findingLabels } from '../../engine/dispatch/route.ts'
import type { Destination } from '../../engine/dispatch/whereTo.ts'
import { duration } from '../../format/format.ts'
import type { AlertRouteView } from '../../model/answers/alertRoute.ts'
import { CHANGE_RULES } from '../../model/changeAlert.ts'
import { type Finding, type Severity, subjectName } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import { labelsIn } from '../../model/targetLabels.ts'
import { heldWords } from '../findings/heldWords.ts'
import { iso } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'

export type Asked = { rule: string; severity: Severity; subject: Labels; at: number }

/** Who would be told of a finding, when, and why not. */
export function whereTo(
  runtime: Pick<Runtime, 'dispatch' | 'config' | 'detectors' | 'engine'>,
  { rule, severity, subject, at }: Asked,
): AlertRouteView {
  const labels = labelsIn(runtime.engine.topology())(subject)
  const finding: Finding = {
    id: 'asked',
    rule,
    severity,
    state: 'firing',
    subject,
    ...(labels && { labels }),
    summary: '',
    evidence: [],
    since: at,
    seenAt: at,
  }
  const destinations = runtime.dispatch.whereTo(finding, at, runtime.config.routes)
  const { receivers } = runtime.config
  return {
    at: iso(at),
    labels: findingLabels(finding),
    items: destinations.flatMap((destination) =>
      destination.to.map((name) => ({
        receiver: name,
        channels: receivers.find((receiver) => receiver.name === name)?.channels.map(({ kind }) => kind) ?? [],
        route: destination.route,
        group: destination.group,
        told: destination.held === null,
        ...(destination.tellsAt !== null && { when: iso(destination.tellsAt) }),
        ...(destination.held && { why: destination.held.why }),
        because: becauseOf(destination, at),
      })),
    ),
    notes: notesOf(runtime, finding, destinations),
  }
}

/** Words of one reason name no other: whoever looks for one finds only that. */
function becauseOf({ held, tellsAt }: Destination, at: number): string {
  if (held === null) return tellsAt === null || tellsAt <= at ? 'at once' : `${duration(tellsAt - at)} after it fires`
  if (held.why === 'inhibit') return `while ${held.by.rule} fires on ${subjectName(held.by.subject)}`
  if (held.why === 'follows' || held.why === 'flaps') return heldWords(held)
  if (held.why === 'silence') {
    const [first, ...others] = held.silences
    return `a silence of ${first!.by}${first!.reason ? `: ${first!.reason}` : ''}${others.length > 0 ? ` (and ${others.length} more)` : ''}`
  }
  return held.why === 'quiet' ? 'quiet hours' : 'over the limit of the route: it comes in a digest'
}

function notesOf(
  { config, detectors }: Pick<Runtime, 'config' | 'detectors'>,
  { rule, severity }: Finding,
  destinations: Destination[],
): string[] {
  const notes: string[] = []
  const isRule = detectors.some(({ id }) => id === rule) || CHANGE_RULES.includes(rule)
  if (rule && !isRule) notes.push(`There is no rule ${rule}: it never fires.`)
  if (config.rules[rule]?.enabled === false) notes.push(`The rule ${rule} is switched off: it never fires.`)
  if (destinations.length > 0) return notes
  if (config.routes.length === 0) notes.push('Nobody is told: there are no routes.')
  else if (severity === 'info') notes.push('Nobody is told: findings of severity info go only where a route has match: { severity: info }.')
  else notes.push('Nobody is told: no route matches.')
  return notes
}
