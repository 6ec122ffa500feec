'use client'
import { Ago } from '@/components/frame/Ago.tsx'
import { errorText, path } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Code } from '@/components/ui/code.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Section } from '@/components/ui/page.tsx'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { Loading } from './Loading.tsx'

type RawView = { id: string; at: string; text: string }

/** The newest answer of each probe, as it came. */
export function RawAnswers({ target }: { target: TargetView }) {
  const { data, error } = useApi<Page<RawView>>(['raw', target.name], path`targets/${target.name}/raw`, { everyMs: 5_000 })
  if (error && !data) return <Failure tried="The raw answers could not be read." answer={errorText(error)} />
  if (!data) return <Loading />
  if (data.items.length === 0)
    return <Empty title="No answer is kept yet">The newest answer of each probe, as it came, cut to 64 KiB.</Empty>
  return (
    <>
      {[...data.items]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((raw) => (
          <Section key={raw.id} title={<span className="font-mono">{raw.id}</span>} note={<Ago at={raw.at} />}>
            <Code text={raw.text} label={`Raw answer of ${raw.id}`} />
          </Section>
        ))}
    </>
  )
}
