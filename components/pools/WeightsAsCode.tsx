'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import { SnippetTabs } from '@/components/code/SnippetTabs.tsx'
import { errorText, post } from '@/components/frame/api.ts'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Section } from '@/components/ui/page.tsx'
import { safe } from '@/lib/format/format.ts'
import type { CodeView } from '@/lib/model/answers/code.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { serverRef } from '@/lib/model/ref.ts'
import { settingText, weightOf } from '@/lib/model/setting.ts'
import { readWeights, writeWeights } from './weightsText.ts'

/** Weights that somebody has in mind, as code, of a pool whose weights Evenkeel does not write itself. They stand in the address. */
export function WeightsAsCode({ pool }: { pool: PoolView }) {
  const [text, setText] = useQueryState('weights', parseAsString.withDefault('').withOptions({ scroll: false }))
  const { servers, weightMax } = pool
  const wanted = readWeights(servers, text, weightMax)
  const steps = [...wanted].map(([name, weight]) => ({
    setting: settingText(weightOf(serverRef(pool, { name }))),
    after: String(weight),
  }))
  const write = (name: string, value: string) => {
    if (value === '') return
    const weight = Math.min(weightMax, Math.max(0, Math.round(Number(value))))
    void setText(writeWeights(servers, new Map([...wanted, [name, weight]])) || null)
  }
  return (
    <Section title="Weights as code">
      <p className="max-w-prose pb-2 text-dim text-sm">
        Evenkeel does not set these weights. Change them here, and the code that sets them stands below; nothing is sent to the provider.
      </p>
      <div className="flex flex-wrap gap-3">
        {servers.map(({ name, weightSet }) => (
          <Field key={name} label={safe(name, 60)} help={`now ${weightSet}`}>
            {(props) => (
              <Input
                {...props}
                type="number"
                min={0}
                max={weightMax}
                value={wanted.get(name) ?? weightSet}
                onChange={({ target }) => write(name, target.value)}
                className="w-24"
              />
            )}
          </Field>
        ))}
      </div>
      {steps.length > 0 && <StepsCode steps={steps} />}
    </Section>
  )
}

type Steps = { setting: { target: string; name: string }; after: string }[]

function StepsCode({ steps }: { steps: Steps }) {
  const { data, error } = useQuery({
    queryKey: ['changes', 'code', steps],
    queryFn: ({ signal }) => post<CodeView>('changes/code', { steps }, signal),
    placeholderData: (before) => before,
  })
  if (error) return <Failure tried="Writing them as code" answer={errorText(error)} />
  return data ? <SnippetTabs code={data} /> : <Skeleton className="mt-2 h-24" />
}
