'use client'
import { Figure } from '@/components/ui/figure.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import { duration, safe, text } from '@/lib/format/format.ts'
import type { KeyPatternView } from '@/lib/model/answers/key.ts'
import { sampleText } from './sampleText.ts'
import { TargetLink } from './TargetLink.tsx'

/** What is known of the keys of one pattern, and from how many of them. */
export function PatternSheet({ one, onClose }: { one: KeyPatternView; onClose: () => void }) {
  const { sample } = one
  return (
    <Sheet title={<code className="font-mono">{safe(one.pattern, 120)}</code>} lead={<TargetLink name={one.target} />} onClose={onClose}>
      <div className="flex flex-col gap-5 p-4 text-sm">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          <Fact name="Keys">
            <Figure
              value={one.count?.value}
              low={one.count?.low}
              high={one.count?.high}
              unit="count"
              because="the server does not tell how many keys it holds"
            />
          </Fact>
          <Fact name="Memory">
            <Figure
              value={one.bytes?.value}
              low={one.bytes?.low}
              high={one.bytes?.high}
              unit="bytes"
              because="fewer than two keys of it have been measured"
            />
          </Fact>
          <Fact name="Mean size">
            <Figure value={one.bytesMean} unit="bytes" because="no key of it has been measured yet" />
          </Fact>
          <Fact name="Not used for, median">
            <Figure value={one.idleSecondsMedian} unit="seconds" because="not sampled yet, or the policy keeps no idle times (LFU)" />
          </Fact>
          <Fact name="Hit ratio">
            <Figure
              value={one.hitRatio?.value}
              low={one.hitRatio?.low}
              high={one.hitRatio?.high}
              unit="ratio"
              because="the target has no references that tell patterns, or their simulation does not fit what is measured"
            />
          </Fact>
          {one.hitRatio && (
            <Fact name="Reads">
              {text(one.hitRatio.readsPerSecond, 'perSecond')}, {text(one.hitRatio.readsShare, 'ratio')} of all
            </Fact>
          )}
          <Fact name="Types">
            {one.types.length > 0 ? one.types.map(({ type, share }) => `${safe(type, 40)} ${text(share, 'ratio')}`).join(', ') : '–'}
          </Fact>
        </dl>
        {one.ttl && <Ttls ttl={one.ttl} />}
        {one.biggest.length > 0 && (
          <section>
            <h3 className="mb-1 font-medium">Biggest that were sampled</h3>
            <ul className="flex flex-col gap-1">
              {one.biggest.map(({ key, type, bytes }) => (
                <li key={key} className="flex gap-3">
                  <code className="min-w-0 flex-1 font-mono text-xs [overflow-wrap:anywhere]">{safe(key, 120)}</code>
                  <span className="text-dim">{safe(type, 40)}</span>
                  <Figure value={bytes} unit="bytes" />
                </li>
              ))}
            </ul>
          </section>
        )}
        {sample && <p className="text-dim text-xs">{sampleText(sample)}</p>}
      </div>
    </Sheet>
  )
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <>
    <dt className="text-dim">{name}</dt>
    <dd>{children}</dd>
  </>
)

/** When the keys end, as bars. */
function Ttls({ ttl }: { ttl: NonNullable<KeyPatternView['ttl']> }) {
  const ending = ttl.reduce((sum, { share }) => sum + share, 0)
  const rows = [
    ...ttl.map(({ belowMs, share }, i) => ({
      label: belowMs === null ? `over ${duration(ttl[i - 1]?.belowMs ?? 0)}` : `under ${duration(belowMs)}`,
      share,
    })),
    { label: 'never', share: Math.max(0, 1 - ending) },
  ]
  return (
    <section>
      <h3 className="mb-1 font-medium">Time to live that is left</h3>
      <ul className="flex flex-col gap-1">
        {rows.map(({ label, share }) => (
          <li key={label} className="grid grid-cols-[7rem_1fr_4rem] items-center gap-2">
            <span className="text-dim">{label}</span>
            <span aria-hidden="true" className="h-2 rounded-sm bg-sunken">
              <span className="block h-2 rounded-sm bg-accent" style={{ width: `${(share * 100).toFixed(1)}%` }} />
            </span>
            <span className="num">{text(share, 'ratio')}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
