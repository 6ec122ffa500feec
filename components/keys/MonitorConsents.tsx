'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, post } from '@/components/frame/api.ts'
import { noAdminBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'

/** The targets for which a person has to allow bursts of MONITOR or watch before any may run. */
export function MonitorConsents({ targets }: { targets: Page<TargetView> }) {
  const client = useQueryClient()
  const list = usePages<TargetView>(['targets'], 'targets', { initialData: targets, everyMs: 10_000, all: true })
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const allow = useMutation({
    mutationFn: ({ target, allow }: { target: string; allow: 'hour' | 'always' }) => post(path`targets/${target}/monitor`, { allow }),
    onError: (error) => toast.error('Bursts are not allowed', { description: errorText(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['targets'] }),
  })
  const asking = list.items.filter((target) => target.monitor === 'ask' && target.state === 'up')
  if (asking.length === 0) return null
  return (
    <Section>
      <ul className="flex flex-col gap-2">
        {asking.map((target) => (
          <li
            key={target.name}
            className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded border border-info/40 bg-info-soft px-3 py-2 text-sm"
          >
            <span className="min-w-0 flex-1 basis-80">
              <Status tone="info">Asks first</Status> To name the hot keys of {safe(target.name, 60)}, Evenkeel would listen to its{' '}
              {target.listening}.
            </span>
            <Button
              onClick={() => allow.mutate({ target: target.name, allow: 'hour' })}
              busy={allow.isPending}
              disabledBecause={noAdminBecause(frame, target.labels)}
            >
              Allow for an hour
            </Button>
            <Button
              onClick={() => allow.mutate({ target: target.name, allow: 'always' })}
              busy={allow.isPending}
              disabledBecause={noAdminBecause(frame, target.labels)}
            >
              Allow for good
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}
