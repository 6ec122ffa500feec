import { errorText } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import { labelsText } from '@/lib/format/format.ts'
import type { SilencePreview } from '@/lib/model/answers/silence.ts'

const SHOWN = 4

/** What a silence of these conditions would mute of what fires now. */
export function SilencePreviewed({ matchers }: { matchers: readonly string[] }) {
  const query = new URLSearchParams(matchers.map((matcher) => ['matcher', matcher]))
  const { data, error } = useApi<SilencePreview>(['silences', 'preview', ...matchers], `silences/preview?${query}`, {
    enabled: matchers.length > 0,
    everyMs: 5_000,
  })
  if (matchers.length === 0) return null
  if (error) return <p className="text-critical-text text-xs">{errorText(error)}</p>
  if (!data) return <p className="text-dim text-xs">…</p>
  return (
    <div className="text-dim text-xs" aria-live="polite">
      <p>
        {data.total === 0
          ? 'It mutes nothing that fires now.'
          : `It mutes ${data.total === 1 ? 'one finding that fires' : `${data.total} findings that fire`} now:`}
      </p>
      <ul className="ml-3 list-disc">
        {data.items.slice(0, SHOWN).map((item) => (
          <li key={item.id}>
            <Sentence text={`${item.rule} on ${labelsText(item.subject)}`} max={160} />
          </li>
        ))}
        {data.total > SHOWN && <li>and {data.total - SHOWN} more</li>}
      </ul>
    </div>
  )
}
