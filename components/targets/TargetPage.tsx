'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { Here } from '@/components/findings/Here.tsx'
import { Ago } from '@/components/frame/Ago.tsx'
import { path } from '@/components/frame/api.ts'
import { Go } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { buttonLook } from '@/components/ui/button.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Readings } from '@/components/ui/readings.tsx'
import { Status } from '@/components/ui/status.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import { WarmingPanel } from '@/components/warming/WarmingPanel.tsx'
import { safe } from '@/lib/format/format.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { CapabilityTable } from './CapabilityTable.tsx'
import { CommandTable } from './CommandTable.tsx'
import { ConfigTable } from './ConfigTable.tsx'
import { LabelBadges } from './LabelBadges.tsx'
import { LatencyEvents } from './LatencyEvents.tsx'
import { ProbeTable } from './ProbeTable.tsx'
import { RawAnswers } from './RawAnswers.tsx'
import { SlowLog } from './SlowLog.tsx'
import { TargetCharts } from './TargetCharts.tsx'
import { Took } from './Took.tsx'
import { figureBecause, figureValue, isCache, TARGET_TONE } from './words.ts'

/** The page of a target: charts, commands, slow log, configuration, probes and capabilities. */
export function TargetPage({ name, initialData }: { name: string; initialData: TargetView }) {
  const [tab, setTab] = useQueryState('tab', parseAsString.withDefault('charts').withOptions({ scroll: false }))
  const { data: target = initialData } = useApi<TargetView>(['targets', name], path`targets/${name}`, { initialData, everyMs: 2_000 })
  const cache = isCache(target)
  const reads = (feature: string) => target.probes.some((probe) => probe.feature === feature)
  return (
    <>
      <PageHead
        title={safe(target.name, 120)}
        lead={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Status tone={TARGET_TONE[target.state]}>{target.state}</Status>
            <span>
              {target.title}
              {target.version ? ` ${safe(target.version, 40)}` : ''}
            </span>
            {target.role && <Badge title={target.role === 'cache' ? 'Full on purpose' : 'Must never evict'}>{target.role}</Badge>}
            <LabelBadges labels={target.labels} />
            <span className="font-mono text-xs">{safe(target.address, 100)}</span>
            <span>
              answered <Ago at={target.lastPollAt} /> in <Took ms={target.pollMs} />
            </span>
            {target.through && (
              <span>
                found through <TargetGo name={target.through} />
              </span>
            )}
          </span>
        }
      >
        {target.figures && (
          <Readings
            readings={(
              [
                ['Hit ratio', target.figures.hitRatio, 'ratio'],
                ['Reads', target.figures.readsPerSecond, 'perSecond'],
                ['Evictions', target.figures.evictionsPerSecond, 'perSecond'],
                ['Memory', target.figures.memoryUsed, 'bytes'],
              ] as const
            ).map(([label, figure, unit]) => ({ label, value: figureValue(figure), because: figureBecause(figure), unit }))}
          />
        )}
        {cache && (
          <Go href={`/curves?target=${encodeURIComponent(target.name)}`} className={buttonLook()}>
            Memory and TTL lab
          </Go>
        )}
      </PageHead>
      {target.state !== 'up' && (
        <Failure
          tried={
            target.state === 'down' ? `${safe(target.name, 60)} does not answer.` : `Nothing is known of ${safe(target.name, 60)} yet.`
          }
          answer={target.error ? safe(target.error, 400) : 'It has not been asked yet.'}
          todo={
            target.failures > 0 && (
              <>
                {target.failures} tries in a row failed{target.nextPollAt ? '; the next follows by itself' : ''}. Charts keep the gap.
              </>
            )
          }
        />
      )}
      {target.found && <FoundThrough names={target.found} />}
      <Here about={{ target: target.name }} />
      <Tabs
        label="Parts of the target"
        value={tab}
        onChange={(id) => void setTab(id === 'charts' ? null : id)}
        tabs={[
          { id: 'charts', label: 'Charts', content: <TargetCharts target={target.name} cache={cache} /> },
          ...(cache || reads('SLOWLOG') ? [{ id: 'commands', label: 'Commands', content: <CommandTable target={target} /> }] : []),
          ...(reads('SLOWLOG') ? [{ id: 'slow', label: 'Slow log', content: <SlowLog target={target} /> }] : []),
          ...(reads('LATENCY') ? [{ id: 'latency', label: 'Latency', content: <LatencyEvents target={target} /> }] : []),
          // Where hot keys can be sampled: their names are what is replayed.
          ...(cache && target.role === 'cache' && target.monitor
            ? [{ id: 'warming', label: 'Warming', content: <WarmingPanel target={target.name} labels={target.labels} /> }]
            : []),
          { id: 'config', label: 'Config', content: <ConfigTable target={target} /> },
          { id: 'probes', label: 'Probes', content: <ProbeTable target={target} /> },
          { id: 'capabilities', label: 'Capabilities', content: <CapabilityTable target={target} /> },
          { id: 'raw', label: 'Raw answer', content: <RawAnswers target={target} /> },
        ]}
      />
    </>
  )
}

const TargetGo = ({ name }: { name: string }) => (
  <Go href={`/targets/${encodeURIComponent(name)}`} className="underline underline-offset-2">
    {safe(name, 80)}
  </Go>
)

/** Names of a target that stands for others, each with a page of its own. */
function FoundThrough({ names }: { names: readonly string[] }) {
  return (
    <Section title="Found through it">
      <ul className="flex flex-wrap gap-x-4 gap-y-2 text-sm">
        {names.map((name) => (
          <li key={name}>
            <TargetGo name={name} />
          </li>
        ))}
      </ul>
    </Section>
  )
}
