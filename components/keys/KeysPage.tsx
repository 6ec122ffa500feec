'use client'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import type { First } from '@/components/frame/useFiltered.ts'
import { PageHead } from '@/components/ui/page.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import type { BigKeyView, HotKeyView, KeyPatternView } from '@/lib/model/answers/key.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { BigKeys } from './BigKeys.tsx'
import { HotKeys } from './HotKeys.tsx'
import { KeyCompare } from './KeyCompare.tsx'
import { KeyPatterns } from './KeyPatterns.tsx'
import { MonitorConsents } from './MonitorConsents.tsx'
import { SlowKinds } from './SlowKinds.tsx'

type Props = { hot: First<HotKeyView>; big: First<BigKeyView>; patterns: First<KeyPatternView>; targets: Page<TargetView> }
const TABS = ['hot', 'big', 'patterns', 'slow', 'compare'] as const

/** Which keys carry the load, which carry the memory, what prefixes there are, and which commands are slow. Names are untrusted bytes: shown escaped. */
export function KeysPage({ hot, big, patterns, targets }: Props) {
  const [tab, setTab] = useQueryState('tab', parseAsStringEnum([...TABS]).withDefault('hot'))
  return (
    <>
      <PageHead
        title="Keys"
        lead="Shares are of their own target, of its reads unless said otherwise, with the 95 % interval of the sample."
      />
      <MonitorConsents targets={targets} />
      <Tabs
        label="Keys"
        value={tab}
        onChange={(id) => void setTab(TABS.find((one) => one === id) ?? 'hot')}
        tabs={[
          { id: 'hot', label: 'Hot', content: <HotKeys first={hot} /> },
          { id: 'big', label: 'Big', content: <BigKeys first={big} /> },
          { id: 'patterns', label: 'Patterns', content: <KeyPatterns first={patterns} /> },
          { id: 'slow', label: 'Slow log', content: <SlowKinds /> },
          { id: 'compare', label: 'Compare', content: <KeyCompare /> },
        ]}
      />
    </>
  )
}
