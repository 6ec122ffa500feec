'use client'
import { Since } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { cn } from '@/components/ui/cn.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { duration, safe } from '@/lib/format/format.ts'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { STRIP_MS, stretches } from './strip.ts'

const CAUSES_SHOWN = 3
const FILL = { critical: 'bg-critical', warning: 'bg-warning', info: 'bg-info' } as const

/**
 * The last hours on one line: each incident a stretch, in colour while it lasts. A picture: stretches are too thin to be pressed, the list beside is
 * the way in. Nothing where nothing was.
 */
export function IncidentStrip({ initialData }: { initialData: Page<IncidentView> }) {
  const { data = initialData } = useApi<Page<IncidentView>>(['incidents'], 'incidents', { initialData, everyMs: 10_000 })
  const now = useClock(10_000) || Date.now()
  const shown = stretches(data.items, now)
  if (shown.length === 0) return null
  const byId = new Map(data.items.map((incident) => [incident.id, incident]))
  // Only the newest incidents are requested; the strip says when these hours have more.
  const oldest = data.items.at(-1)
  const more = data.next !== null && oldest !== undefined && now - Date.parse(oldest.since) < STRIP_MS
  const firing = shown.filter((one) => one.firing).length
  return (
    <>
      <div className="flex items-center gap-3 px-4 pt-2 pb-1 text-dim text-xs">
        <Go href="/incidents" className={cn(linkLook, 'shrink-0')}>
          {shown.length === 1 ? '1 incident' : `${shown.length}${more ? ' and more' : ''} incidents`}
          {firing > 0 && firing < shown.length ? `, ${firing} now` : ''}
        </Go>
        <div aria-hidden="true" className="relative h-5 min-w-0 flex-1 border-line border-b" suppressHydrationWarning>
          {shown.map((one) => {
            const incident = byId.get(one.id)!
            const lasted = duration((incident.resolvedAt ? Date.parse(incident.resolvedAt) : now) - Date.parse(incident.since))
            return (
              <span
                key={one.id}
                title={`${safe(incident.title, 200)}: ${incident.severity}, ${one.firing ? 'for' : 'lasted'} ${lasted}`}
                suppressHydrationWarning
                className={cn('absolute h-1.5 min-w-1.5 rounded-sm', FILL[one.severity], !one.firing && 'opacity-50')}
                style={{ left: `${one.from * 100}%`, width: `${(one.to - one.from) * 100}%`, bottom: 1 + one.lane * 7 }}
              />
            )
          })}
        </div>
        <span className="shrink-0">{duration(STRIP_MS)} to now</span>
      </div>
      <Causes incidents={data.items} />
    </>
  )
}

/** The first causes of what goes on now, where more than one finding follows from them. */
function Causes({ incidents }: { incidents: readonly IncidentView[] }) {
  const chains = incidents.filter(({ state, chain }) => state === 'firing' && chain.length > 0)
  if (chains.length === 0) return null
  return (
    <ul aria-label="First causes" className="px-4 pb-2 text-sm">
      {chains.slice(0, CAUSES_SHOWN).map((incident) => (
        <li key={incident.id} className="flex items-baseline gap-2.5 py-0.5">
          <Shape tone={incident.severity} size={12} className="self-center" />
          <span className="sr-only">{incident.severity}, </span>
          <Go href={path`/incidents/${incident.id}`} className={cn(linkLook, 'min-w-0 font-medium')}>
            <Sentence text={incident.title} max={200} />
          </Go>
          <span className="shrink-0 text-dim text-xs">
            for <Since at={incident.since} />
          </span>
        </li>
      ))}
    </ul>
  )
}
