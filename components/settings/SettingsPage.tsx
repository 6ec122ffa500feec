'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { get } from '@/components/frame/api.ts'
import { PageHead } from '@/components/ui/page.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { RuleView } from '@/lib/model/answers/rule.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { Configuration } from './Configuration.tsx'
import { Exports } from './Exports.tsx'
import { People } from './People.tsx'
import { Rules } from './Rules.tsx'

const TABS = ['rules', 'config', 'exports', 'people'] as const
type Props = { rules: Page<RuleView>; config: string; warnings: string[]; frame: FrameView }

/** The settings page: rules with their thresholds, the configuration as it was read, people and tokens. */
export function SettingsPage({ rules, config, warnings, frame }: Props) {
  const [tab, setTab] = useQueryState('tab', parseAsStringEnum([...TABS]).withDefault('rules'))
  const { data } = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => get<Page<RuleView>>('rules', {}, signal),
    initialData: rules,
    refetchInterval: 10_000,
  })
  return (
    <>
      <PageHead
        title="Settings"
        lead={`Evenkeel ${frame.version}, mode ${frame.mode}${frame.mode !== frame.modeMax ? ' (lowered on the page)' : ''}`}
      />
      <Tabs
        label="Settings"
        value={tab}
        onChange={(id) => void setTab(TABS.find((one) => one === id) ?? 'rules')}
        tabs={[
          { id: 'rules', label: 'Rules', content: <Rules rules={data.items} /> },
          {
            id: 'config',
            label: 'Configuration',
            content: <Configuration config={config} warnings={warnings} frame={frame} />,
          },
          { id: 'exports', label: 'Exports', content: <Exports /> },
          { id: 'people', label: 'People and tokens', content: <People frame={frame} /> },
        ]}
      />
    </>
  )
}
