import type { ReactNode } from 'react'
import { Code } from '@/components/ui/code.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'

/** Where a curve would stand: what is missing for one, and what brings it. */
export function TooLittle({ because, lines, children }: { because: string; lines: string | null; children: ReactNode }) {
  return (
    <div className="grid min-h-[300px] place-items-center rounded border border-line border-dashed p-4">
      <div className="flex max-w-prose flex-col gap-2">
        <Status tone="info">Too little is known for a curve</Status>
        <p className="text-sm [overflow-wrap:anywhere]">
          <Sentence text={because} max={600} />
        </p>
        {lines && (
          <>
            <p className="text-dim text-sm">
              With these lines its applications report which keys they read, as a sample; <code className="font-mono">client/</code> has the
              reporter.
            </p>
            <Code text={lines} label="Configuration lines" copy={false} />
          </>
        )}
        <div className="flex flex-wrap items-center gap-2 text-dim text-sm">{children}</div>
      </div>
    </div>
  )
}
