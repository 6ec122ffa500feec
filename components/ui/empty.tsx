import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Code } from './code.tsx'
import { Sentence } from './sentence.tsx'

/** An empty page teaches: what would be here, and the config lines that bring it. */
export function Empty({ title, children, config }: { title: string; children?: ReactNode; config?: string }) {
  return (
    <div className="mx-auto flex max-w-xl flex-col gap-2 px-4 py-12">
      <h2 className="text-lg">{title}</h2>
      {children && <div className="text-dim">{children}</div>}
      {config && <Code text={config} label="Configuration lines" className="mt-2" />}
    </div>
  )
}

/** An error message: what was tried, what came back, what to do. */
export function Failure({ tried, answer, todo }: { tried: string; answer: string; todo?: ReactNode }) {
  return (
    <div role="alert" className="m-4 flex max-w-2xl gap-3 rounded border border-critical/40 bg-critical-soft p-3">
      <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-critical" />
      <div className="min-w-0">
        <p className="font-medium">{tried}</p>
        <p className="break-words text-sm">
          <Sentence text={answer} max={1_000} />
        </p>
        {todo && <div className="mt-1 text-dim text-sm">{todo}</div>}
      </div>
    </div>
  )
}

/** A placeholder while nothing is known yet, as high as what will stand there. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={`rounded bg-sunken ${className ?? 'h-5 w-full'}`} />
}
