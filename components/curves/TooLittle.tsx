import type { ReactNode } from 'react'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'

/** Where a curve would stand: what is missing for one, and what brings it. */
export function TooLittle({ because, children }: { because: string; children: ReactNode }) {
  return (
    <div className="grid min-h-[300px] place-items-center rounded border border-line border-dashed p-4">
      <div className="flex max-w-prose flex-col gap-2">
        <Status tone="info">Too little is known for a curve</Status>
        <p className="text-sm [overflow-wrap:anywhere]">
          <Sentence text={because} max={600} />
        </p>
        <div className="flex flex-wrap items-center gap-2 text-dim text-sm">{children}</div>
      </div>
    </div>
  )
}
