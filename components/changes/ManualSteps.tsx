'use client'
import { Code } from '@/components/ui/code.tsx'

/** Commands that a person can run instead of Evenkeel. */
export function ManualSteps({ title, commands }: { title: string; commands: string[] }) {
  return (
    <div>
      <h4 className="mb-1 text-dim text-sm">{title}</h4>
      <Code text={commands.join('\n')} label={title} />
    </div>
  )
}
