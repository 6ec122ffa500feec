'use client'
import { useApi } from '@/components/frame/useApi.ts'
import { IncidentStrip } from '@/components/incidents/IncidentStrip.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Section } from '@/components/ui/page.tsx'
import type { IncidentView } from '@/lib/model/answers/incident.ts'
import type { OverviewView } from '@/lib/model/answers/overview.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { Headline } from './Headline.tsx'
import { TierPicture } from './TierPicture.tsx'
import { TopFindings } from './TopFindings.tsx'
import { UnderWatch } from './UnderWatch.tsx'
import { Verdicts } from './Verdicts.tsx'

/** The overview page: what needs a person, the tiers, the findings that cost most, and the changes under watch. */
export function Overview({ initialData, incidents }: { initialData: OverviewView; incidents: Page<IncidentView> }) {
  const { data: view = initialData } = useApi<OverviewView>(['overview'], 'overview', { initialData, everyMs: 2_000 })
  if (view.targets.total === 0)
    return (
      <Empty
        title="Nothing to watch yet"
        config={
          'targets:\n  - { kind: redis, name: cache-a, url: redis://127.0.0.1:6379 }\n  - { kind: haproxy, name: edge, socket: tcp://127.0.0.1:9999 }'
        }
      >
        The tiers, what hurts and what would mend it stand here once there are targets in <code className="font-mono">evenkeel.yaml</code>:
      </Empty>
    )
  return (
    <>
      <Headline view={view} />
      <IncidentStrip initialData={incidents} />
      {/* On a phone what hurts comes before where it is. */}
      <div className="flex flex-col max-md:flex-col-reverse">
        <Section flush className="pt-2">
          <TierPicture view={view} />
        </Section>
        <TopFindings view={view} />
      </div>
      <div className="grid gap-x-4 lg:grid-cols-2">
        <UnderWatch changes={view.watching} />
        <Verdicts view={view} />
      </div>
    </>
  )
}
