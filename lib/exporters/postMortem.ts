import { duration, text } from '../format/format.ts'
import type { ChangeView } from '../model/answers/change.ts'
import type { DeliveryView } from '../model/answers/delivery.ts'
import type { FindingView } from '../model/answers/finding.ts'
import type { IncidentView } from '../model/answers/incident.ts'
import { subjectName } from '../model/finding.ts'
import { moment, plain } from './markdown.ts'

/** Within the incident's day the time alone. */
const clock = (iso: string, day: string) => (iso.slice(0, 10) === day ? iso.slice(11, 19) : moment(iso))

/** What a post-mortem is made of: all of one incident. `url`: where Evenkeel is reached. */
export type Incident = { incident: IncidentView; changes: ChangeView[]; deliveries: DeliveryView[]; url: string }

/**
 * A post-mortem in Markdown (CommonMark with tables): what was measured is filled in, what only people know is asked for. Section names as in the
 * SRE book's example (sre.google/sre-book/example-postmortem).
 */
export function postMortem({ incident, changes, deliveries, url }: Incident): string {
  return `${[
    `# Post-mortem: ${plain(incident.title)}`,
    factsOf(incident, url),
    '## Impact',
    ...(incident.findings.length > 0 ? [incident.findings.map((finding) => `* ${plain(finding.summary)}`).join('\n')] : []),
    '_Who noticed, and what did it cost them?_',
    '## Root cause',
    rootCauseOf(incident),
    '_Was that the cause? What brought it about?_',
    '## What was measured',
    ...incident.findings.map((finding) => evidenceOf(finding, url)),
    '## What was done',
    ...(changes.length > 0 ? [changeTable(changes, url)] : ['Nothing was changed through Evenkeel meanwhile.']),
    '## Who was told',
    deliveryTable(deliveries),
    '## Timeline',
    timelineOf(incident),
    '## What went well, what did not, where we were lucky',
    '_…_',
    '## Action items',
    '| what | who | until |\n|---|---|---|\n| | | |',
  ].join('\n\n')}\n`
}

/** What is known of the cause, and the chain that follows from it. */
function rootCauseOf({ cause, chain, findings }: IncidentView): string {
  const byId = new Map(findings.map((finding) => [finding.id, finding]))
  const name = (id: string) => byId.get(id)?.summary ?? id.replace(/^host:/, 'host ')
  const why = cause.findings.flatMap((id) => byId.get(id)?.why ?? [])
  const links = chain.map(({ from, to, why }) => `* ${plain(name(from))} → ${plain(name(to))} (${plain(why)})`)
  return [plain(cause.text), ...why.map(plain), ...(links.length > 0 ? [links.join('\n')] : [])].join('\n\n')
}

function factsOf({ id, severity, state, since, resolvedAt }: IncidentView, url: string): string {
  const length = resolvedAt ? duration(Date.parse(resolvedAt) - Date.parse(since)) : null
  return [
    `* Began: ${moment(since)}`,
    `* Ended: ${resolvedAt ? `${moment(resolvedAt)}, after ${length}` : state === 'firing' ? 'it goes on' : 'not known'}`,
    `* Severity: ${severity}`,
    `* Incident: ${url}/incidents/${encodeURIComponent(id)}`,
  ].join('\n')
}

function evidenceOf({ id, rule, subject, firingAt, since, resolvedAt, evidence }: FindingView, url: string): string {
  const rows = evidence.map(({ label, value, unit, baseline, threshold, method }) => {
    const of = (number: number | undefined) => (number === undefined ? '' : plain(text(number, unit)))
    return `| ${plain(label)} | ${of(value)} | ${of(baseline)} | ${of(threshold)} | ${method ? plain(method) : ''} |`
  })
  const until = resolvedAt ? ` to ${moment(resolvedAt)}` : ''
  return [
    `### ${plain(rule)} on ${plain(subjectName(subject))}`,
    `${moment(firingAt ?? since)}${until}, ${url}/findings/${encodeURIComponent(id)}`,
    ['| what | value | before, or elsewhere | threshold | how |', '|---|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n')
}

function changeTable(changes: ChangeView[], url: string): string {
  const rows = changes.map(({ id, at, by, steps, prediction, measured, verdict, state }) => {
    const written = steps.map(({ setting, before, after }) => `${setting.target} ${setting.name}: ${before} to ${after}`).join('; ')
    const predicted = prediction ? `${text(prediction.before, prediction.unit)} to ${text(prediction.after, prediction.unit)}` : 'nothing'
    const outcome = measured && prediction ? text(measured.after, prediction.unit) : 'not measured'
    const cells = [
      moment(at),
      by,
      written,
      predicted,
      outcome,
      `${state.replace('_', ' ')}${verdict ? `, ${verdict.replace('_', ' ')}` : ''}`,
    ]
    return `| ${cells.map(plain).join(' | ')} | ${url}/changes/${encodeURIComponent(id)} |`
  })
  return ['| when | who | what | predicted | measured | outcome | |', '|---|---|---|---|---|---|---|', ...rows].join('\n')
}

function deliveryTable(deliveries: DeliveryView[]): string {
  if (deliveries.length === 0) return 'No notice was sent of it.'
  const rows = deliveries.map(({ at, receiver, channel, status, state, reason = '' }) =>
    [moment(at), receiver, channel, status, `${state} ${reason}`.trim()].map(plain).join(' | '),
  )
  return ['| when | receiver | channel | of | fate |', '|---|---|---|---|---|', ...rows.map((row) => `| ${row} |`)].join('\n')
}

function timelineOf({ since, timeline }: IncidentView): string {
  const day = since.slice(0, 10)
  const rows = timeline.map(({ at, what, text }) => `| ${clock(at, day)} | ${plain(what)} | ${plain(text)} |`)
  return [`| ${day}, UTC | | |`, '|---|---|---|', ...rows].join('\n')
}
