import type { ReactNode } from 'react'
import { Figure } from '@/components/ui/figure.tsx'
import { duration, text } from '@/lib/format/format.ts'
import type { CurvePoint } from './question.ts'
import { originPerSecond, type SourceInfo } from './source.ts'
import type { Held } from './useBench.ts'
import { pointsText } from './words.ts'

type Props = {
  info: SourceInfo
  point: CurvePoint | null
  /** What it is held against: the live cache, or the second curve at the same size. */
  against: Held | null
  /** Reads of a part of the keys alone are not counted by a server. */
  isPart: boolean
}

/** The figures of the marked cache, each with what it means. */
export function MarkFigures({ info, point, against, isPart }: Props) {
  const origin = point && !isPart ? originPerSecond(info, point) : null
  const before = against && point && !isPart ? originBefore(info, against) : null
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3 xl:grid-cols-5">
      <One label="Hit ratio" note={point ? `95 of 100: ${intervalText(point)}` : 'asked'}>
        <Figure value={point?.hitRatio} unit="ratio" because="not answered yet" />
      </One>
      <One
        label={against ? `Against ${against.name}` : 'Against another'}
        note={against ? 'points of the hit ratio' : 'compare with a second cache'}
      >
        {against && point ? (
          <span className="tabular">{pointsText(point.hitRatio - against.hitRatio)}</span>
        ) : (
          <None because="nothing to hold it against" />
        )}
      </One>
      <One label="Origin reads" note={originNote(info, point, origin, before, isPart)}>
        <Figure
          value={origin}
          unit="perSecond"
          because={!point ? 'not answered yet' : isPart ? 'reads of these keys alone are not counted' : 'the source tells no times'}
        />
      </One>
      <One label="Memory" note={point ? heldText(point) : 'keys held at the most'}>
        <Figure
          value={point?.bytes}
          unit="bytes"
          because={point ? 'the source does not tell how large keys and values are' : 'not answered yet'}
        />
      </One>
      <One
        label="Age at read, p95"
        note={point?.age ? `how stale reads may be; mean ${duration(point.age.mean)}` : 'how stale reads may be'}
      >
        {point?.age ? (
          <span className="tabular">{duration(point.age.p95)}</span>
        ) : (
          <None because={point ? 'nothing is read from it' : 'not answered yet'} />
        )}
      </One>
    </dl>
  )
}

/** At the same reads: of a trace its own, of a live cache those of now. */
const originBefore = (info: SourceInfo, { hitRatio, fills }: Held): number | null =>
  fills === null && info.isTrace ? null : originPerSecond(info, { hitRatio, fills: fills ?? 0 })

function originNote(info: SourceInfo, point: CurvePoint | null, origin: number | null, before: number | null, isPart: boolean): string {
  if (!point) return 'misses that fill'
  if (isPart) return 'of a part of the keys: not counted'
  if (origin === null) return `${text(point.fills, 'count')} misses in all; no times are told`
  if (before === null) return info.isTrace ? 'at the pace of the trace' : 'at the present reads'
  const more = origin - before
  return `${text(Math.abs(more), 'perSecond')} ${more < 0 ? 'fewer' : 'more'}`
}

/** What is really in use: with a TTL, or few keys, a large cache is never full. */
const heldText = ({ held, bytes }: CurvePoint) =>
  `${text(held.keys, 'count')} keys${held.bytes !== null && bytes !== null && held.bytes < 0.9 * bytes ? `, in use at most ${text(held.bytes, 'bytes')}` : ''}`

const intervalText = ({ low, high }: CurvePoint) => `${(low * 100).toFixed(1)} to ${text(high, 'ratio')}`

function One({ label, note, children }: { label: string; note: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-dim text-xs" title={label}>
        {label}
      </dt>
      <dd>
        <span className="block text-lg">{children}</span>
        <span className="block text-dim text-xs">{note}</span>
      </dd>
    </div>
  )
}

const None = ({ because }: { because: string }) => (
  <span className="text-dim" title={because}>
    –<span className="sr-only">{because}</span>
  </span>
)
