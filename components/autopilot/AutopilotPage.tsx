'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { FreezeDialog } from '@/components/frame/Freeze.tsx'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import type { AutopilotView } from '@/lib/model/answers/autopilot.ts'
import { MadeTable } from './MadeTable.tsx'
import { PolicySheet } from './PolicySheet.tsx'
import { PolicyTable } from './PolicyTable.tsx'
import { Simulator } from './Simulator.tsx'
import { leadWords } from './words.ts'

const CONFIG = `mode: tune
autopilot:
  - advisor: pool-weights
    max: { perHour: 4, trafficShare: 0.1 }
    hours: [{ days: [mon, tue, wed, thu], from: "09:00", to: "16:00" }]`

/** What is applied without a click: each policy with its record and its licence, what it did, and what it would have done. */
export function AutopilotPage({ initial, mayAct }: { initial: AutopilotView; mayAct: boolean }) {
  const { data = initial, error } = useApi<AutopilotView>(['changes', 'autopilot'], 'autopilot', { initialData: initial })
  const [policy, setPolicy] = useQueryState('policy', parseAsString.withOptions({ history: 'push' }))
  const [freezing, setFreezing] = useState(false)
  const open = data.items.find(({ id }) => id === policy)
  return (
    <>
      <PageHead title="Autopilot" lead={<Sentence text={leadWords(data)} max={600} />}>
        <Go href="/calibration" className={linkLook}>
          Calibration
        </Go>
        <Button disabledBecause={!mayAct && 'An operator may freeze changes.'} onClick={() => setFreezing(true)}>
          Pause: freeze changes…
        </Button>
      </PageHead>
      <FreezeDialog open={freezing} onClose={() => setFreezing(false)} />
      {error && <Failure tried="The autopilot could not be refreshed." answer={errorText(error)} />}
      {policy && !open && <Failure tried={`There is no policy ${policy}.`} answer="The configuration has no such policy any more." />}
      {data.items.length === 0 ? (
        <Empty title="Nothing is applied without a click" config={CONFIG}>
          <p>
            A policy names a remedy that may be applied without a person. It acts only once the remedy’s own record on this fleet is good
            enough; until then it proposes, and says what is missing. Fit for it: {data.fit.map(({ advisor }) => advisor).join(', ')}.
          </p>
        </Empty>
      ) : (
        <Section title="Policies" flush>
          <PolicyTable policies={data.items} selected={policy} onOpen={({ id }) => void setPolicy(id)} />
        </Section>
      )}
      {data.items.length > 0 && (
        <Section title="What it has done" note="Each is a change like any other: watched, kept or rolled back by itself." flush>
          <MadeTable made={data.made} />
        </Section>
      )}
      <Simulator autopilot={data} />
      {open && <PolicySheet policy={open} mayReturn={mayAct} onClose={() => void setPolicy(null)} />}
    </>
  )
}
