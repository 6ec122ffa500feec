import { Figure } from '@/components/ui/figure.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { capital, labelsText } from '@/lib/format/format.ts'
import { metricOf } from '@/lib/metrics/registry.ts'
import type { ChangeVerdict, Measured } from '@/lib/model/change.ts'
import type { Prediction } from '@/lib/model/proposal.ts'
import { effectWords } from './words.ts'

type Props = { prediction: Prediction; measured?: Measured | null; verdict?: ChangeVerdict | null }

/** The promise and, once it is there, the proof: now, predicted with its band, measured with its interval, on one scale. */
export function Effect({ prediction, measured, verdict }: Props) {
  const { before, after, low, high, unit, metric, where } = prediction
  const top = Math.max(before, high, measured?.high ?? 0) * 1.06 || 1
  const at = (value: number) => `${Math.min(100, Math.max(0, (value / top) * 100))}%`
  return (
    <figure className="flex flex-col gap-1.5" aria-label={`Predicted effect on ${metricOf(metric).words}`}>
      <figcaption className="text-sm">
        <span title={metric}>{capital(metricOf(metric).words)}</span> <span className="text-dim">of {labelsText(where)}</span>
      </figcaption>
      <Row word={measured ? 'Before' : 'Now'}>
        <Bar className="bg-dim/50" left="0%" width={at(measured?.before ?? before)} />
        <Value>
          <Figure value={measured?.before ?? before} unit={unit} />
        </Value>
      </Row>
      <Row word="Predicted">
        <Bar className="bg-change/70" left="0%" width={at(after)} />
        <span
          className="absolute inset-y-0 border-change border-x bg-[repeating-linear-gradient(135deg,var(--change)_0_1px,transparent_1px_5px)] opacity-60"
          style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})`, minWidth: 2 }}
        />
        <Value>
          <Figure value={after} unit={unit} low={low} high={high} className="text-change-text" />
        </Value>
      </Row>
      {measured && (
        <Row word="Measured">
          <Bar className="bg-text/70" left="0%" width={at(measured.after)} />
          <Value>
            <Figure value={measured.after} unit={unit} low={measured.low} high={measured.high} className="font-medium" />
          </Value>
        </Row>
      )}
      <p className="text-dim text-xs">
        <Sentence text={effectWords(prediction, measured, verdict)} max={400} />
      </p>
    </figure>
  )
}

function Row({ word, children }: { word: string; children: React.ReactNode }) {
  const [bars, value] = split(children)
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)_max-content] items-center gap-3 text-sm max-sm:grid-cols-[4.5rem_minmax(0,1fr)]">
      <span className="text-dim">{word}</span>
      <span className="relative h-2.5 rounded-sm bg-sunken">{bars}</span>
      <span className="text-right max-sm:col-start-2 max-sm:text-left">{value}</span>
    </div>
  )
}
const Value = ({ children }: { children: React.ReactNode }) => <>{children}</>
const Bar = ({ left, width, className }: { left: string; width: string; className: string }) => (
  <span className={`absolute inset-y-0 rounded-sm ${className}`} style={{ left, width }} />
)

function split(children: React.ReactNode): [React.ReactNode[], React.ReactNode] {
  const all = Array.isArray(children) ? children : [children]
  return [all.slice(0, -1), all.at(-1)]
}
