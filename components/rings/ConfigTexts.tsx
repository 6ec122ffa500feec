import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Code } from '@/components/ui/code.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import type { ProductTextView } from '@/lib/model/answers/ring.ts'
import type { RingSpec } from '@/lib/model/ring.ts'

/** The ring as its program's configuration, to copy; asked for once it is looked at. */
export function ConfigTexts({ spec, open: first }: { spec: RingSpec; open: boolean }) {
  const [open, setOpen] = useState(first)
  const { data, error } = useQuery({
    queryKey: ['rings', 'text', spec],
    queryFn: () => post<{ texts: ProductTextView[] }>('rings/text', { spec }),
    enabled: open,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="w-fit cursor-pointer text-dim text-sm hover:text-text">The configuration that says the same</summary>
      {error && <p className="py-1 text-critical-text text-sm">{errorText(error)}</p>}
      {data?.texts.map((one) => (
        <div key={one.product}>
          <p className="py-1 text-dim text-sm">
            <Sentence text={'text' in one ? `For ${one.title}:` : `Not for ${one.title}. ${one.because}.`} max={340} />
          </p>
          {'text' in one && <Code text={one.text} label="Configuration" />}
        </div>
      ))}
    </details>
  )
}
