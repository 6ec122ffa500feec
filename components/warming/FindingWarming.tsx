'use client'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import type { WarmingView } from '@/lib/model/answers/warming.ts'
import { WarmingRun } from './WarmingRun.tsx'

/** The run that a finding has begun; nothing where it has begun none. */
export function FindingWarming({ finding, target }: { finding: string; target: string }) {
  const { data } = useApi<WarmingView>(['warming', target], path`targets/${target}/warming`)
  const run = data?.runs.find(({ findings }) => findings.includes(finding))
  if (!run) return null
  return (
    <section aria-label="Cache warming">
      <h3 className="mb-2 font-medium text-base">
        <Go href={`/targets/${encodeURIComponent(target)}?tab=warming`} className={linkLook}>
          Cache warming
        </Go>
      </h3>
      <WarmingRun run={run} />
    </section>
  )
}
