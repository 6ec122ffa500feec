'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { ReloadView } from '@/lib/model/answers/configuration.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'

type Props = { config: string; warnings: string[]; frame: FrameView }

/** The configuration as it was read, and the button that takes a changed file. What makes the file unusable stays on the page until it is mended. */
export function Configuration({ config, warnings, frame }: Props) {
  const router = useRouter()
  const client = useQueryClient()
  const reload = useMutation({
    mutationFn: () => post<ReloadView>('config/reload'),
    onSuccess: async ({ changed }) => {
      if (changed.length === 0) return void toast('The file is as it was read')
      toast.success('Reloaded', { description: `Changed: ${changed.join(', ')}` })
      await client.invalidateQueries()
      router.refresh()
    },
  })
  const notAdmin = frame.person?.role !== 'admin' && 'Only an admin may reload the configuration.'
  return (
    <Section note="As it was read last, secrets left out. It is changed in evenkeel.yaml, then reloaded: the file is checked whole first, pages and changes that are being watched go on.">
      <Button className="mb-3" disabledBecause={notAdmin} busy={reload.isPending} onClick={() => reload.mutate()}>
        Reload the file
      </Button>
      {reload.error && (
        <p role="alert" className="mb-3 whitespace-pre-wrap rounded border border-critical/40 bg-critical-soft px-3 py-2 text-sm">
          <Sentence text={errorText(reload.error)} max={4_000} />
        </p>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="mb-2 rounded border border-warning/40 bg-warning-soft px-3 py-2 text-sm">
          <Sentence text={warning} max={1_000} />
        </p>
      ))}
      <Code text={config} label="Configuration" />
    </Section>
  )
}
