import { postMortem } from '../../exporters/postMortem.ts'
import { changeView } from '../changes/changes.ts'
import { deliveryView } from '../deliveries/deliveries.ts'
import type { Runtime } from '../runtime.ts'
import { getIncident } from './incidents.ts'

/** The post-mortem of an incident, in Markdown. Throws `not_found`. */
export function incidentReport(runtime: Runtime, id: string): string {
  const incident = getIncident(runtime, id)
  const about = new Set(incident.findings.map((finding) => finding.id))
  const deliveries = runtime.store.deliveries
    .list(({ findings, status }) => status !== 'test' && findings.some((finding) => about.has(finding)))
    .sort((a, b) => a.at - b.at)
  return postMortem({
    incident,
    changes: incident.changes.flatMap((change) => runtime.store.changes.get(change) ?? []).map((change) => changeView(runtime, change)),
    deliveries: deliveries.map(deliveryView),
    url: runtime.config.url,
  })
}
