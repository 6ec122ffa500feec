import type { Config } from '../../config/config.ts'
import { type AnnotationPush, createAnnotationPush } from '../../engine/annotationPush.ts'
import { annotationIdOf, changeAnnotation, incidentAnnotation, ownAnnotation } from '../../exporters/grafanaAnnotation.ts'
import type { PushedAnnotation } from '../../model/annotation.ts'
import type { GrafanaView } from '../../model/answers/grafana.ts'
import type { Log } from '../../model/log.ts'
import type { Store } from '../../model/store.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import { incidentsSince } from '../incidents/incidents.ts'
import type { Runtime } from '../runtime.ts'
import { grafanaClient } from './client.ts'

type Parts = { config: Config; store: Store; runtime(): Runtime; now(): number; monotonic(): number; log: Log }

/** What is pushed to the Grafana of the configuration; null without one. */
export function annotationPushOf({ config, store, runtime, now, monotonic, log }: Parts): AnnotationPush | null {
  if (!config.grafana) return null
  const wanted = (since: number) => wantedOf(runtime(), since)
  const isDeleted = (key: string) => {
    const id = annotationIdOf(key)
    return id !== null && store.annotations.get(id) === null
  }
  return createAnnotationPush({ receiver: grafanaClient(config.grafana), wanted, isDeleted, memory: store.memory, now, monotonic, log })
}

/** All changes, incidents and annotations that began since, the oldest first. */
function wantedOf(runtime: Runtime, since: number): PushedAnnotation[] {
  const { url } = runtime.config
  return [
    ...runtime.store.changes.list(({ at }) => at >= since).map((change) => changeAnnotation(change, url)),
    ...incidentsSince(runtime, since).map((incident) => incidentAnnotation(incident, url)),
    ...runtime.store.annotations.list(({ time }) => time >= since).map(ownAnnotation),
  ].sort((a, b) => a.time - b.time)
}

export function grafanaView({ annotationPush }: Runtime): GrafanaView {
  if (!annotationPush) return { configured: false }
  const { pushedAt, failing } = annotationPush.state()
  return { configured: true, pushedAt: isoOrNull(pushedAt), failing: failing && { since: iso(failing.since), answer: failing.answer } }
}
