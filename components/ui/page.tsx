import type { ReactNode } from 'react'
import { cn } from './cn.ts'

/** The head of a page: its name, a line about its state, its buttons at the right. */
export function PageHead({ title, lead, children }: { title: ReactNode; lead?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-end gap-x-4 gap-y-2 px-4 pt-4 pb-3">
      <div className="min-w-0 flex-1 max-sm:min-w-full">
        <h1 className="text-xl [overflow-wrap:anywhere]">{title}</h1>
        {lead && <div className="text-dim text-sm">{lead}</div>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{children}</div>}
    </header>
  )
}

/** A part of a page under a small heading. `flush`: a table that reaches both edges. */
export function Section({
  title,
  note,
  actions,
  flush,
  children,
  className,
}: {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  flush?: boolean
  children: ReactNode
  className?: string
}) {
  return (
    <section className={cn('min-w-0 py-3', className)}>
      {(title || actions) && (
        <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 pb-2">
          {title && <h2 className="text-base">{title}</h2>}
          {note && <div className="text-dim text-sm">{note}</div>}
          {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={flush ? '' : 'px-4'}>{children}</div>
    </section>
  )
}

/** Name and value pairs, aligned. */
export function Facts({ facts, className }: { facts: (readonly [ReactNode, ReactNode] | false | null | undefined)[]; className?: string }) {
  return (
    <dl className={cn('grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm', className)}>
      {facts
        .filter((fact) => !!fact)
        .map(([name, value], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: fixed lists
          <div key={at} className="contents">
            <dt className="text-dim">{name}</dt>
            <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
    </dl>
  )
}
