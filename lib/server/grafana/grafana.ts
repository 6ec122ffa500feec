import type { Config } from '../../config/config.ts'
import { type Annotations, createAnnotations } from '../../engine/annotations.ts'
import { changeAnnotation, incidentAnnotation } from '../../exporters/grafanaAnnotation.ts'
import type { Annotation } from '../../model/annotation.ts'
import type { GrafanaView } from '../../model/answers/grafana.ts'
import type { Log } from '../../model/log.ts'
import type { Store } from '../../model/store.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import { incidentsSince } from '../incidents/incidents.ts'
import type { Runtime } from '../runtime.ts'
import { grafanaClient } from './client.ts'

type Parts = { config: Config; store: Store; runtime(): Runtime; now(): number; monotonic(): number; log: Log }

/** The annotations of the configuration; null without a Grafana. */
export function annotationsOf({ config, store, runtime, now, monotonic, log }: Parts): Annotations | null {
  if (!config.grafana) return null
  const wanted = (since: number) => wantedOf(runtime(), since)
  return createAnnotations({ receiver: grafanaClient(config.grafana), wanted, memory: store.memory, now, monotonic, log })
}

/** All changes and incidents that began since, the oldest first. */
function wantedOf(runtime: Runtime, since: number): Annotation[] {
  const { url } = runtime.config
  return [
    ...runtime.store.changes.list(({ at }) => at >= since).map((change) => changeAnnotation(change, url)),
    ...incidentsSince(runtime, since).map((incident) => incidentAnnotation(incident, url)),
  ].sort((a, b) => a.time - b.time)
}

export function grafanaView({ annotations }: Runtime): GrafanaView {
  if (!annotations) return { configured: false }
  const { pushedAt, failing } = annotations.state()
  return { configured: true, pushedAt: isoOrNull(pushedAt), failing: failing && { since: iso(failing.since), answer: failing.answer } }
}
