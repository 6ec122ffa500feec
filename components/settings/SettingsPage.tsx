'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { get } from '@/components/frame/api.ts'
import { Code } from '@/components/ui/code.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { RuleView } from '@/lib/model/answers/rule.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
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
            content: (
              <Section note="As it was read at the start, secrets left out. It is changed in evenkeel.yaml.">
                {warnings.map((warning) => (
                  <p key={warning} className="mb-2 rounded border border-warning/40 bg-warning-soft px-3 py-2 text-sm">
                    <Sentence text={warning} max={1_000} />
                  </p>
                ))}
                <Code text={config} label="Configuration" />
              </Section>
            ),
          },
          { id: 'exports', label: 'Exports', content: <Exports /> },
          { id: 'people', label: 'People and tokens', content: <People frame={frame} /> },
        ]}
      />
    </>
  )
}
