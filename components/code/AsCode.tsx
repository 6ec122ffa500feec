'use client'
import { useState } from 'react'
import { Skeleton } from '@/components/ui/empty.tsx'
import { later } from '@/components/ui/later.tsx'

const CodeTabs = later(() => import('./CodeTabs.tsx').then(({ CodeTabs }) => CodeTabs), <Skeleton className="h-24" />)

/** A change or proposal as code, loaded when somebody opens it. */
export function AsCode({ of, id }: { of: 'changes' | 'proposals'; id: string }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="text-sm" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="cursor-pointer text-dim">As code: Ansible, Terraform, shell…</summary>
      {open && <CodeTabs of={of} id={id} />}
    </details>
  )
}
