'use client'
import { Code } from '@/components/ui/code.tsx'
import { safe } from '@/lib/format/format.ts'

/** Commands that a person can run instead of Evenkeel. */
export function ManualSteps({ title, commands }: { title: string; commands: string[] }) {
  return (
    <div>
      <h4 className="mb-1 text-dim text-sm">{title}</h4>
      <Code text={safeLines(commands.join('\n'))} label={title} />
    </div>
  )
}

/** Line by line, so that a control character in a configuration file cannot draw over its neighbours. */
export const safeLines = (text: string) =>
  text
    .split('\n')
    .map((line) => safe(line, 2_000))
    .join('\n')
