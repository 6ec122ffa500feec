'use client'
import { useRef } from 'react'
import { useWidth } from '@/components/charts/useWidth.ts'
import type { SimulatedStepView, SimulationView } from '@/lib/model/answers/autopilot.ts'

const HEIGHT = 56
const PAD = 16
const MIDDLE = 26
const MARKS_MOST = 500

/** The days that were replayed as a line: a bar for each step that it would have made, a tick for what it would only have proposed. */
export function SimulatedTimeline({ simulation: { from, to, steps, acted, considered } }: { simulation: SimulationView }) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const x = (at: number) => PAD + ((at - start) / (end - start)) * Math.max(0, width - 2 * PAD)
  const words = `${acted} steps that it would have made and ${considered - acted} that it would only have proposed, over time`
  return (
    <div ref={box}>
      <svg width={width} height={HEIGHT} role="img" aria-label={words} className="block">
        <line x1={PAD} x2={Math.max(PAD, width - PAD)} y1={MIDDLE} y2={MIDDLE} className="stroke-line-strong" />
        {ticksOf(start, end).map((at) => (
          <g key={at}>
            <line x1={x(at)} x2={x(at)} y1={MIDDLE - 3} y2={MIDDLE + 3} className="stroke-line-strong" />
            <text x={x(at)} y={HEIGHT - 6} textAnchor="middle" className="fill-dim text-[11px]">
              {new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })}
            </text>
          </g>
        ))}
        {steps.slice(0, MARKS_MOST).map((step) => (
          <Mark key={`${step.proposal} ${step.at}`} step={step} x={x(Date.parse(step.at))} />
        ))}
      </svg>
    </div>
  )
}

/** A step made is a bar upwards, filled where it is known what came of it; regressed in the colour of a warning. */
function Mark({ step: { acts, outcome }, x }: { step: SimulatedStepView; x: number }) {
  if (!acts) return <line x1={x} x2={x} y1={MIDDLE} y2={MIDDLE + 7} className="stroke-dim" />
  const colour = outcome?.verdict === 'regressed' ? 'stroke-warning fill-warning' : 'stroke-change fill-change'
  return (
    <g className={colour}>
      <line x1={x} x2={x} y1={MIDDLE} y2={10} strokeWidth={2} />
      <circle cx={x} cy={8} r={3} fillOpacity={outcome ? 1 : 0} />
    </g>
  )
}

const DAY = 86_400_000

/** Midnights, UTC: six at most. */
function ticksOf(from: number, to: number): number[] {
  const days = Math.max(1, Math.ceil((to - from) / DAY / 6))
  const ticks: number[] = []
  for (let at = Math.ceil(from / DAY) * DAY; at <= to; at += days * DAY) ticks.push(at)
  return ticks
}
